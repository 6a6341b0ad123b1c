/** What can go wrong, for a form to offer: each behaviour of the fault language with its options. */
import { behaviours as text } from '../text/fault';

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

const ms: Option = { name: 'ms', label: text.ms };
const jitter: Option = { name: 'jitter', label: text.jitterMs };
const rate: Option = { name: 'rate', label: text.kiBASecond };
const spread: Option = {
  name: 'distribution',
  label: text.distribution,
  choices: ['', 'uniform', 'normal', 'pareto'],
};
const when: Option = { name: 'when', label: text.when, choices: ['', 'before', 'after'] };
const stream: Option = {
  name: 'stream',
  label: text.whichWay,
  choices: ['', 'downstream', 'upstream', 'both'],
};

const quiet: Option = { name: 'quiet_ms', label: text.quietAfterItMs };

/** Every behaviour, in the order of the list. */
export const BEHAVIOURS: Behaviour[] = [
  one('delay', 'delay', text.time, [ms, jitter, spread, when], { ms: '250' }),
  {
    ...one(
      'delay',
      text.delayOfTheRecorded,
      text.time,
      [{ name: 'recorded', label: text.timesWhatItTook }, ms, jitter, spread],
      { recorded: '1' },
    ),
    replayOnly: true,
  },
  proxy('rate_limit', text.time, [rate], { rate: '64' }),
  { ...proxy('late_rows', text.time, [ms], { ms: '50' }), needs: ['mysql'] },
  {
    ...proxy(
      'error',
      text.inTheServersPlace,
      [{ name: 'reply', label: text.theLine, quoted: true }],
      {},
    ),
    label: text.errorLine,
    needs: ['redis', 'memcached', 'smtp'],
  },
  {
    ...one(
      'error',
      text.errorHttpStatus,
      text.inTheServersPlace,
      [
        { name: 'status', label: text.status },
        { name: 'body', label: text.body, quoted: true },
        { name: 'headers', label: text.headers, quoted: true },
      ],
      { status: '503' },
    ),
    needs: ['http'],
  },
  {
    ...one(
      'error',
      text.errorMysqlNumber,
      text.inTheServersPlace,
      [
        { name: 'code', label: text.number },
        { name: 'sqlstate', label: text.sqlstate },
        { name: 'message', label: text.message, quoted: true },
      ],
      { code: '1213' },
    ),
    needs: ['mysql'],
  },
  one('blackout', 'blackout', text.theConnection, [when], {}),
  one('reset_peer', 'reset_peer', text.theConnection, [ms, when], {}),
  one(
    'abort',
    'abort',
    text.theConnection,
    [{ name: 'wait', label: text.waitForTheAnswer, choices: ['', 'true', 'false'] }],
    {},
  ),
  one('hang', 'hang', text.theConnection, [], {}),
  one('timeout', 'timeout', text.theConnection, [ms], { ms: '3000' }),
  proxy('down', text.theConnection, [], {}),
  proxy('truncate', text.theAnswer, [{ name: 'bytes', label: text.bytes }], { bytes: '100' }),
  proxy('corrupt', text.theAnswer, [{ name: 'bytes', label: text.bytes }], { bytes: '1' }),
  {
    ...proxy('drop_header', text.theAnswer, [{ name: 'name', label: text.field }], {
      name: 'content-type',
    }),
    needs: ['http'],
  },
  {
    ...proxy('wrong_length', text.theAnswer, [{ name: 'by', label: text.bytesOff }], { by: '10' }),
    needs: ['http'],
  },
  {
    ...proxy('wrong_sequence', text.theAnswer, [{ name: 'by', label: text.numbersOff }], {}),
    needs: ['mysql'],
  },
  {
    ...proxy('delay', text.aBurstOfBytes, [ms, jitter, spread, stream, quiet], {
      ms: '250',
      stream: 'downstream',
    }),
    label: text.delayABurst,
  },
  proxy('drop', text.aBurstOfBytes, [stream, quiet], {}),
  proxy('cut', text.aBurstOfBytes, [{ name: 'bytes', label: text.bytes }, stream, quiet], {
    bytes: '10',
  }),
  proxy(
    'repeat',
    text.aBurstOfBytes,
    [{ name: 'times', label: text.timesMore }, stream, quiet],
    {},
  ),
  proxy('latency', text.allBytes, [ms, jitter, spread, stream], { ms: '100' }),
  proxy('bandwidth', text.allBytes, [rate, stream], { rate: '64' }),
  proxy(
    'slicer',
    text.allBytes,
    [
      { name: 'bytes', label: text.bytes },
      { name: 'variation', label: text.jitterBytes },
      { name: 'delay_us', label: text.pauseUs },
      stream,
    ],
    { bytes: '64', delay_us: '1000' },
  ),
  proxy(
    'packet_loss',
    text.allBytes,
    [
      { name: 'percent', label: text.percentOfPackets },
      { name: 'correlation', label: text.percentMoreBehindALostOne },
      ms,
      stream,
    ],
    { percent: '1' },
  ),
  proxy('limit_data', text.allBytes, [{ name: 'bytes', label: text.bytes }, stream], {
    bytes: '1000',
  }),
  proxy('slow_close', text.allBytes, [ms, stream], { ms: '1000' }),
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
