/** Settings: a rule of one's own, what it would do to a recording, and that it is kept. */
import assert from 'node:assert/strict';
import { obeysTheRules, seen } from './accessibility.mjs';
import { clickButton, leaveField, text } from './window.mjs';

const EDITOR = '[aria-label="Redaction rules, TOML"]';

/** Writes a rule that cannot be read, then one that can, looks at what it does, and saves it. */
export async function redactionRules(session, recording, rule) {
  await leaveField(session);
  await session.press(',');
  await session.until('the rules', () => session.find(EDITOR));
  await session.type(EDITOR, keys('[[rule]]\nname = 1\n'));
  await session.until('what is wrong, and where', async () =>
    /line 2|name/.test((await text(session, '#rules-problem')) ?? ''),
  );
  await session.type(EDITOR, keys(rule.text));
  await session.run(
    `const select = document.querySelector('[aria-label="Recording to preview on"]');
     select.value = arguments[0];
     select.dispatchEvent(new Event('change', { bubbles: true }))`,
    recording,
  );
  await clickButton(session, /^Preview/);
  await session.until('what was looked at', async () =>
    /looked at; nothing was changed/.test((await text(session, '.list p[role=status]')) ?? ''),
  );
  const row = `[...document.querySelectorAll('[aria-label="Redaction rules"] tr')]
    .find((one) => one.textContent.includes('${rule.name}'))?.textContent`;
  const hits = await session.until('the hits of the rule', () => session.run(`return ${row}`));
  assert.match(hits, /[1-9]/, `${rule.name} hits something: ${hits}`);
  await seen(session, '16-settings');
  await clickButton(session, /^Save/);
  await obeysTheRules(session, 'the question before rules are saved');
  await clickButton(session, /^Save the rules/);
  await session.until('that they are saved', async () =>
    /and those of/.test((await text(session, 'section[aria-labelledby=redaction] p')) ?? ''),
  );
}

/** A text as it is typed: WebDriver's Enter ends a line. */
function keys(text) {
  return text.replaceAll('\n', '\uE007');
}
