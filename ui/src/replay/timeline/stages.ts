/** Stages as they are drawn: the rate of a run over its time, in times the plan's own. */
import { lengthOf } from '../../fault/language';
import type { StageLine } from '../../host/bindings';

/** A stage shorter than this could not be taken hold of. */
const SHORTEST_MS = 1_000;
const LOWEST = 0.1;
const HIGHEST = 1_000;

/** Which end of a stage is raised: a ramp has two. */
export type End = 'from' | 'to' | 'both';

/** Stages as the command takes them: `1x:1m,5x..10x:2m`. */
export function writeStages(stages: StageLine[]): string {
  return stages
    .map(({ from, to, lastsMs }) => {
      const rate = from === to ? times(from) : `${times(from)}..${times(to)}`;
      return `${rate}:${lengthOf(lastsMs)}`;
    })
    .join(',');
}

/** When each stage begins, and when the last one ends. */
export function edges(stages: StageLine[]): number[] {
  const all = [0];
  for (const stage of stages) all.push((all.at(-1) ?? 0) + stage.lastsMs);
  return all;
}

/** One end of a stage, or all of it, at another rate. */
export function raise(stages: StageLine[], index: number, end: End, by: number): StageLine[] {
  const change = (rate: number, is: End) =>
    end === 'both' || end === is ? within(rounded(rate + by), LOWEST, HIGHEST) : rate;
  return stages.map((stage, at) =>
    at === index
      ? { ...stage, from: change(stage.from, 'from'), to: change(stage.to, 'to') }
      : stage,
  );
}

/** The moment between a stage and the next, moved: one is longer, the other shorter. The last end is the run's. */
export function moveEdge(stages: StageLine[], index: number, byMs: number): StageLine[] {
  const [before, after] = [stages[index], stages[index + 1]];
  if (!before) return stages;
  const least = SHORTEST_MS - before.lastsMs;
  const most = after ? after.lastsMs - SHORTEST_MS : Infinity;
  if (most < least) return stages;
  const by = within(byMs, least, most);
  return stages.map((stage, at) => {
    if (at === index) return { ...stage, lastsMs: stage.lastsMs + by };
    if (at === index + 1) return { ...stage, lastsMs: stage.lastsMs - by };
    return stage;
  });
}

/** One stage more. The first ones halve the run, so that there is something to take hold of. */
export function withOneMore(stages: StageLine[], totalMs: number): StageLine[] {
  const last = stages.at(-1);
  if (last) return [...stages, { from: last.to, to: last.to, lastsMs: last.lastsMs }];
  const lastsMs = Math.max(SHORTEST_MS, Math.round(totalMs / 2_000) * 1_000);
  return [
    { from: 1, to: 1, lastsMs },
    { from: 2, to: 2, lastsMs },
  ];
}

/** The top of the scale the rates are drawn on. */
export function ceiling(stages: StageLine[]): number {
  const highest = Math.max(1, ...stages.flatMap((stage) => [stage.from, stage.to]));
  return Math.ceil(highest * 1.3);
}

function times(rate: number): string {
  return `${rounded(rate)}x`;
}

function rounded(rate: number): number {
  return Math.round(rate * 10) / 10;
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
