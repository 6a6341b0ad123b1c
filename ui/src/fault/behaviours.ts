/** What can go wrong, for a form to offer: each behaviour of the fault language with its options. */

/** What a standing proxy takes the passing bytes for. */
export type ProxyProtocol = 'tcp' | 'http' | 'mysql' | 'redis' | 'memcached' | 'smtp';

/** Where a fault acts. */
export type Place = 'replay' | 'any' | ProxyProtocol;

/** One option of a behaviour. */
export type Option = {
  name: string;
  /** What it is, with its unit. */
  label: string;
  /** The values it can have; any text when there are none. */
  choices?: string[];
  /** It is quoted: anything may stand in it. */
  quoted?: true;
};

/** One behaviour, or one kind of it. */
export type Behaviour = {
  name: string;
  /** What the list calls it. */
  label: string;
  group: string;
  options: Option[];
  /** The options it begins with. */
  start: Record<string, string>;
  /** Whether only a standing proxy has it. */
  proxyOnly?: true;
  /** Whether only a replay has it. */
  replayOnly?: true;
  /** The protocols of which one is needed. */
  needs?: ProxyProtocol[];
};

const ms: Option = { name: 'ms', label: 'ms' };
const jitter: Option = { name: 'jitter', label: '± ms' };
const rate: Option = { name: 'rate', label: 'KiB a second' };
const spread: Option = {
  name: 'distribution',
  label: 'distribution',
  choices: ['', 'uniform', 'normal', 'pareto'],
};
const when: Option = { name: 'when', label: 'when', choices: ['', 'before', 'after'] };
const stream: Option = {
  name: 'stream',
  label: 'which way',
  choices: ['', 'downstream', 'upstream', 'both'],
};

const quiet: Option = { name: 'quiet_ms', label: 'quiet after it, ms' };

/** Every behaviour, in the order of the list. */
export const BEHAVIOURS: Behaviour[] = [
  one('delay', 'delay', 'Time', [ms, jitter, spread, when], { ms: '250' }),
  {
    ...one(
      'delay',
      'delay (of the recorded time)',
      'Time',
      [{ name: 'recorded', label: 'times what it took' }, ms, jitter, spread],
      { recorded: '1' },
    ),
    replayOnly: true,
  },
  proxy('rate_limit', 'Time', [rate], { rate: '64' }),
  { ...proxy('late_rows', 'Time', [ms], { ms: '50' }), needs: ['mysql'] },
  {
    ...proxy(
      'error',
      "In the server's place",
      [{ name: 'reply', label: 'the line', quoted: true }],
      {},
    ),
    label: 'error (a line)',
    needs: ['redis', 'memcached', 'smtp'],
  },
  {
    ...one(
      'error',
      'error (HTTP status)',
      "In the server's place",
      [
        { name: 'status', label: 'status' },
        { name: 'body', label: 'body', quoted: true },
        { name: 'headers', label: 'headers', quoted: true },
      ],
      { status: '503' },
    ),
    needs: ['http'],
  },
  {
    ...one(
      'error',
      'error (MySQL number)',
      "In the server's place",
      [
        { name: 'code', label: 'number' },
        { name: 'sqlstate', label: 'SQLSTATE' },
        { name: 'message', label: 'message', quoted: true },
      ],
      { code: '1213' },
    ),
    needs: ['mysql'],
  },
  one('blackout', 'blackout', 'The connection', [when], {}),
  one('reset_peer', 'reset_peer', 'The connection', [ms, when], {}),
  one(
    'abort',
    'abort',
    'The connection',
    [{ name: 'wait', label: 'wait for the answer', choices: ['', 'true', 'false'] }],
    {},
  ),
  one('hang', 'hang', 'The connection', [], {}),
  one('timeout', 'timeout', 'The connection', [ms], { ms: '3000' }),
  proxy('down', 'The connection', [], {}),
  proxy('truncate', 'The answer', [{ name: 'bytes', label: 'bytes' }], { bytes: '100' }),
  proxy('corrupt', 'The answer', [{ name: 'bytes', label: 'bytes' }], { bytes: '1' }),
  {
    ...proxy('drop_header', 'The answer', [{ name: 'name', label: 'field' }], {
      name: 'content-type',
    }),
    needs: ['http'],
  },
  {
    ...proxy('wrong_length', 'The answer', [{ name: 'by', label: 'bytes off' }], { by: '10' }),
    needs: ['http'],
  },
  {
    ...proxy('wrong_sequence', 'The answer', [{ name: 'by', label: 'numbers off' }], {}),
    needs: ['mysql'],
  },
  {
    ...proxy('delay', 'A burst of bytes', [ms, jitter, spread, stream, quiet], {
      ms: '250',
      stream: 'downstream',
    }),
    label: 'delay (a burst)',
  },
  proxy('drop', 'A burst of bytes', [stream, quiet], {}),
  proxy('cut', 'A burst of bytes', [{ name: 'bytes', label: 'bytes' }, stream, quiet], {
    bytes: '10',
  }),
  proxy('repeat', 'A burst of bytes', [{ name: 'times', label: 'times more' }, stream, quiet], {}),
  proxy('latency', 'All bytes', [ms, jitter, spread, stream], { ms: '100' }),
  proxy('bandwidth', 'All bytes', [rate, stream], { rate: '64' }),
  proxy(
    'slicer',
    'All bytes',
    [
      { name: 'bytes', label: 'bytes' },
      { name: 'variation', label: '± bytes' },
      { name: 'delay_us', label: 'pause, µs' },
      stream,
    ],
    { bytes: '64', delay_us: '1000' },
  ),
  proxy(
    'packet_loss',
    'All bytes',
    [
      { name: 'percent', label: '% of packets' },
      { name: 'correlation', label: '% more behind a lost one' },
      ms,
      stream,
    ],
    { percent: '1' },
  ),
  proxy('limit_data', 'All bytes', [{ name: 'bytes', label: 'bytes' }, stream], { bytes: '1000' }),
  proxy('slow_close', 'All bytes', [ms, stream], { ms: '1000' }),
];

/** The entry of a fault's behaviour with these options; undefined when the form does not know it. */
export function behaviourOf(name: string, options: Record<string, string>): Behaviour | undefined {
  const named = BEHAVIOURS.filter((behaviour) => behaviour.name === name);
  const known = (behaviour: Behaviour) =>
    Object.keys(options).every((key) => behaviour.options.some((option) => option.name === key));
  return named.find(known);
}

/** What can go wrong in a replay, in a proxy that takes the bytes for this, or in any proxy. */
export function offered(place: Place): Behaviour[] {
  return BEHAVIOURS.filter((behaviour) =>
    place === 'replay'
      ? !behaviour.proxyOnly
      : place === 'any' ||
        (!behaviour.replayOnly &&
          (behaviour.needs === undefined || behaviour.needs.includes(place))),
  );
}

function one(
  name: string,
  label: string,
  group: string,
  options: Option[],
  start: Record<string, string>,
): Behaviour {
  return { name, label, group, options, start };
}

function proxy(
  name: string,
  group: string,
  options: Option[],
  start: Record<string, string>,
): Behaviour {
  return { ...one(name, name, group, options, start), proxyOnly: true };
}
