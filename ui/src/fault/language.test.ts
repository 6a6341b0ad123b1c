import { describe, expect, it } from 'vitest';
import { BEHAVIOURS, behaviourOf, offered, type Place } from './behaviours';
import { lengthOf, readLength, readOptions, write, writeOptions } from './language';

const fault = {
  percent: '20',
  behaviour: 'delay',
  options: 'ms=250,jitter=50',
  fromMs: 30_000,
  toMs: 60_000,
  repeats: '',
  via: '',
  selector: 'http /api/*',
};

describe('the fault language', () => {
  it('is written from its parts', () => {
    expect(write(fault)).toBe('20:delay(ms=250,jitter=50)@30s..60s for http /api/*');
    expect(write({ ...fault, fromMs: 0, toMs: null, selector: ' ' })).toBe(
      '20:delay(ms=250,jitter=50)',
    );
    expect(write({ ...fault, toMs: null, repeats: ' every 60s for 5s first 3' })).toBe(
      '20:delay(ms=250,jitter=50)@30s.. every 60s for 5s first 3 for http /api/*',
    );
    expect(write({ ...fault, via: 'db', selector: 'mysql SELECT' })).toBe(
      '20:delay(ms=250,jitter=50)@30s..60s via db for mysql SELECT',
    );
    expect(write({ ...fault, options: '', behaviour: 'hang', fromMs: 1_500.4 })).toBe(
      '20:hang@1500ms..60s for http /api/*',
    );
  });

  it('keeps the moments of a span', () => {
    for (const ms of [0, 250, 90_000, 1_500]) expect(readLength(lengthOf(ms))).toBe(ms);
    expect(readLength('1m30s')).toBe(90_000);
    expect(readLength('2')).toBe(2_000);
    for (const text of ['', 's', '5 parsecs', '1e3s']) expect(readLength(text)).toBeNull();
  });

  it('keeps what stands in quotes', () => {
    const text = 'code=1213,message="a, (b) \\"c\\""';
    const options = readOptions(text);
    expect(options).toEqual({ code: '1213', message: 'a, (b) "c"' });
    expect(writeOptions(options, ['message'])).toBe(text);
    expect(writeOptions({ ms: ' 5 ', jitter: '' }, [])).toBe('ms=5');
    expect(readOptions('')).toEqual({});
  });
});

describe('the behaviours a form offers', () => {
  it('are found again by what they are called and what they have', () => {
    for (const behaviour of BEHAVIOURS)
      expect(behaviourOf(behaviour.name, behaviour.start)?.label).toBe(behaviour.label);
    expect(behaviourOf('delay', { colour: 'red' })).toBeUndefined();
  });

  it('are those that have a meaning there', () => {
    const names = (place: Place) => offered(place).map((behaviour) => behaviour.label);
    expect(names('replay')).not.toContain('bandwidth');
    expect(names('tcp')).not.toContain('error (HTTP status)');
    expect(names('mysql')).toContain('error (MySQL number)');
    expect(names('redis')).toContain('error (a line)');
    expect(names('redis')).not.toContain('late_rows');
    expect(names('replay')).not.toContain('error (a line)');
    expect(names('any')).toContain('late_rows');
    expect(names('replay')).toContain('delay (of the recorded time)');
    expect(names('http')).not.toContain('delay (of the recorded time)');
  });
});
