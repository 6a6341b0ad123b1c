/**
 * Captures written packet by packet, for traffic that no shop would send: TCP conversations in the pcap format of
 * microseconds, link type Ethernet. Checksums are left at zero, as network cards leave them.
 */

const EPOCH_S = 1_700_000_000;
const [FIN, SYN, PSH, ACK] = [1, 2, 8, 16];
/** Bytes in one packet; larger messages take several. */
const SEGMENT = 60_000;

/** A capture that grows by conversations. */
export class Capture {
  #parts = [];
  #ports = 20_000;
  /** Microseconds since the capture began. */
  now = 0;

  constructor() {
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(262_144, 16);
    head.writeUInt32LE(1, 20);
    this.#parts.push(head);
  }

  /** Opens a connection to a port. */
  open(port) {
    this.#ports = this.#ports === 60_000 ? 20_000 : this.#ports + 1;
    const conversation = new Conversation(this, this.#ports, port);
    conversation.opens();
    return conversation;
  }

  add(frame) {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(EPOCH_S + Math.floor(this.now / 1e6), 0);
    head.writeUInt32LE(this.now % 1e6, 4);
    head.writeUInt32LE(frame.length, 8);
    head.writeUInt32LE(frame.length, 12);
    this.#parts.push(head, frame);
  }

  /** What was written since this was asked last. */
  take() {
    return Buffer.concat(this.#parts.splice(0));
  }
}

class Conversation {
  #capture;
  #ports;
  /** The next byte of the client and of the server. */
  #next = [1_000, 5_000];

  constructor(capture, client, server) {
    this.#capture = capture;
    this.#ports = [client, server];
  }

  opens() {
    this.#packet(0, SYN, '');
    this.#packet(1, SYN | ACK, '');
    this.#packet(0, ACK, '');
  }

  /** What the client says, after so many microseconds. */
  asks(bytes, afterUs = 100) {
    this.#says(0, bytes, afterUs);
    return this;
  }

  /** What the server says. */
  answers(bytes, afterUs = 400) {
    this.#says(1, bytes, afterUs);
    return this;
  }

  closes() {
    this.#packet(0, FIN | ACK, '');
    this.#packet(1, FIN | ACK, '');
  }

  #says(from, bytes, afterUs) {
    this.#capture.now += afterUs;
    const all = Buffer.from(bytes);
    for (let at = 0; at < all.length; at += SEGMENT)
      this.#packet(from, PSH | ACK, all.subarray(at, at + SEGMENT));
  }

  #packet(from, flags, bytes) {
    const payload = Buffer.from(bytes);
    const frame = Buffer.alloc(54 + payload.length);
    frame.writeUInt16BE(0x0800, 12);
    frame[14] = 0x45;
    frame.writeUInt16BE(40 + payload.length, 16);
    frame[22] = 64;
    frame[23] = 6;
    frame.set(from === 0 ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 26);
    frame.writeUInt16BE(this.#ports[from], 34);
    frame.writeUInt16BE(this.#ports[1 - from], 36);
    frame.writeUInt32BE(this.#next[from], 38);
    frame.writeUInt32BE((flags & ACK) > 0 ? this.#next[1 - from] : 0, 42);
    frame[46] = 0x50;
    frame[47] = flags;
    frame.writeUInt16BE(65_535, 48);
    payload.copy(frame, 54);
    this.#next[from] += payload.length + ((flags & (SYN | FIN)) > 0 ? 1 : 0);
    this.#capture.add(frame);
  }
}

/** A message of HTTP: its first line, its fields, its body with its length. */
export function message(start, fields, body = '') {
  const bytes = Buffer.from(body);
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${start}\r\n${lines.join('')}Content-Length: ${bytes.length}\r\n\r\n`);
  return Buffer.concat([head, bytes]);
}

/** A packet of MySQL. */
export function mysqlPacket(sequence, payload) {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(4);
  head.writeUIntLE(bytes.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, bytes]);
}

/** Logs in on a connection to MySQL: greeting, login, OK. */
export function mysqlLogin(conversation) {
  const scramble = 'abcdefghijklmnopqrst';
  const greeting = Buffer.concat([
    Buffer.from('\u000a8.0.36\0', 'latin1'),
    Buffer.from([7, 0, 0, 0]),
    Buffer.from(`${scramble.slice(0, 8)}\0`),
    // PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH
    Buffer.from([0x00, 0x82, 0x2d, 2, 0, 0x08, 0x00, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from(`${scramble.slice(8)}\0mysql_native_password\0`),
  ]);
  const login = Buffer.concat([
    Buffer.from([0x00, 0x82, 0x08, 0x00, 0, 0, 0, 1, 0x2d]),
    Buffer.alloc(23),
    Buffer.from('shop\0'),
    Buffer.from([20]),
    Buffer.from(scramble),
    Buffer.from('mysql_native_password\0'),
  ]);
  return conversation
    .answers(mysqlPacket(0, greeting))
    .asks(mysqlPacket(1, login))
    .answers(mysqlPacket(2, Buffer.from([0, 0, 0, 2, 0, 0, 0])));
}

/** COM_QUERY. */
export function mysqlQuery(sql) {
  return mysqlPacket(0, Buffer.concat([Buffer.from([3]), Buffer.from(sql)]));
}

/** Rows of texts under these names. */
export function mysqlRows(names, rows) {
  let sequence = 0;
  const packet = (payload) => mysqlPacket((sequence += 1), payload);
  const definition = (name) =>
    Buffer.concat([
      ...['def', '', '', '', name, name].map(text),
      Buffer.from([0x0c, 0x2d, 0, 255, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0]),
    ]);
  const end = () => packet(Buffer.from([0xfe, 0, 0, 2, 0]));
  return Buffer.concat([
    packet(Buffer.from([names.length])),
    ...names.map((name) => packet(definition(name))),
    end(),
    ...rows.map((row) => packet(Buffer.concat(row.map(text)))),
    end(),
  ]);
}

function text(value) {
  const bytes = Buffer.from(value);
  if (bytes.length < 251) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = Buffer.alloc(3);
  length[0] = 0xfc;
  length.writeUInt16LE(bytes.length, 1);
  return Buffer.concat([length, bytes]);
}
