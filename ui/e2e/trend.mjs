/** The runs of one plan over time, from the page of one of them. */
import assert from 'node:assert/strict';
import { obeysTheRules } from './accessibility.mjs';
import { count, leaveField, picture, text } from './window.mjs';

/** Opens the trend of a run, holds it against the rules, and opens the run from its row. */
export async function trendOf(session, run) {
  await leaveField(session);
  await session.press('1');
  await session.click(`tr[aria-label="run ${run}"] b`);
  await session.until('the run', async () => (await session.text('h1')) === run);
  await leaveField(session);
  await session.press('t');
  await session.until('its trend', async () => (await session.text('h1')) === `Trend of ${run}`);
  await session.until('the chart', () => session.find('figure img'));
  await session.until('its runs', async () => (await count(session, 'tbody tr')) >= 1);
  assert.match(await text(session, '[aria-label="What can be said"]'), /too few to tell a step/);
  await obeysTheRules(session, 'Trend');
  await picture(session, '18-trend');
  await session.run('document.querySelector("tbody tr").focus()');
  await session.press('\uE007');
  await session.until('the run again', async () => (await session.text('h1')) === run);
}
