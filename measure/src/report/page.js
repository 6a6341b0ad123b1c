// Crosshair and zoom over the page's charts. Works on what each chart carries in `data-frame`; without it the
// page shows the same charts, only still.
(() => {
  'use strict';
  const SVG = 'http://www.w3.org/2000/svg';
  const charts = [...document.querySelectorAll('.chart[data-frame]')].map((host) => {
    const frame = JSON.parse(host.dataset.frame);
    for (const series of frame.series) series.x ??= frame.at;
    const picture = host.querySelector('svg');
    return { host, frame, picture, whole: [frame.x.from, frame.x.to], span: [frame.x.from, frame.x.to] };
  });

  const place = (scale, from, to, value) => {
    if (!scale.log) return to === from ? 0 : (value - from) / (to - from);
    const log = (number) => Math.log10(Math.max(number, Number.MIN_VALUE));
    return to === from ? 0 : (log(Math.max(value, from)) - log(from)) / (log(to) - log(from));
  };
  const digits = (value) => {
    const size = Math.abs(value);
    return value.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 });
  };
  const duration = (us) => {
    if (us >= 1e6) return `${digits(us / 1e6)} s`;
    return us >= 1e3 ? `${digits(us / 1e3)} ms` : `${digits(us)} µs`;
  };
  const moment = (us) => {
    const pad = (number) => String(number).padStart(2, '0');
    const tenths = Math.round(us / 1e5);
    const seconds = Math.floor(tenths / 10);
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return `${h ? `${h}:${pad(m)}` : m}:${pad(s)}${tenths % 10 ? `.${tenths % 10}` : ''}`;
  };
  const quantile = (nines) => {
    const percent = 100 * (1 - 10 ** -nines);
    return `p${percent.toFixed(Math.max(0, Math.ceil(nines) - 1)).replace(/\.0+$/, '')}`;
  };
  const words = {
    moment,
    us: duration,
    share: (value) => `${digits(value * 100)} %`,
    change: (value) => `${value > 0 ? '+' : ''}${digits(value * 100)} %`,
    per_second: (value) => `${digits(value)}/s`,
    count: digits,
    number: digits,
    bytes: (value) => {
      const power = Math.min(4, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3));
      return `${digits(value / 1000 ** power)} ${['B', 'KB', 'MB', 'GB', 'TB'][power]}`;
    },
    nines: quantile,
  };

  const shape = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  };
  // A chart's picture may have more units than pixels.
  const units = (chart) => chart.picture.viewBox.baseVal.width / chart.frame.width;
  const across = (chart, x) => {
    const { left, right } = chart.frame;
    return left + place(chart.frame.x, ...chart.span, x) * (right - left);
  };
  const above = (chart, y) => {
    const { top, bottom } = chart.frame;
    const share = place(chart.frame.y, chart.frame.y.from, chart.frame.y.to, y);
    return bottom - Math.min(1, Math.max(0, share)) * (bottom - top);
  };

  const nearest = (series, x) => {
    let [low, high] = [0, series.x.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (series.x[middle] < x) low = middle + 1;
      else high = middle;
    }
    const before = low > 0 && (low === series.x.length || x - series.x[low - 1] < series.x[low] - x);
    const at = before ? low - 1 : low;
    return series.y[at] === null || series.y[at] === undefined ? null : [series.x[at], series.y[at]];
  };

  // Charts of one chapter over the same time are read together.
  const together = (chart) =>
    chart.frame.x.unit === 'moment'
      ? charts.filter((other) => other.frame.x.unit === 'moment' && other.section === chart.section)
      : [chart];

  const clear = (chart) => {
    chart.marks?.remove();
    chart.marks = null;
    chart.reading.textContent = '';
  };

  // The cell of a heat map at an instant: the one at this height, else the fullest.
  const cell = ({ edges, columns }, x, y) => {
    const column = columns.find(([from, to]) => x >= from && x < to);
    if (!column) return null;
    const [from, to, first, ...counts] = column;
    const row = y === null ? first + counts.indexOf(Math.max(...counts)) : edges.findLastIndex((edge) => edge <= y);
    if (row < 0 || row >= edges.length - 1) return null;
    return { from, to, low: edges[row], high: edges[row + 1], count: counts[row - first] ?? 0 };
  };
  const pointCell = (chart, x, y, scale) => {
    const found = cell(chart.frame.grid, x, y);
    const say = words[chart.frame.y.unit];
    if (!found) return chart.reading.append(' no answer');
    const [left, right] = [across(chart, found.from), across(chart, found.to)];
    const [top, bottom] = [above(chart, found.high), above(chart, found.low)];
    const box = { x: left * scale, width: (right - left) * scale, y: top * scale, height: (bottom - top) * scale };
    shape('rect', { ...box, fill: 'none', stroke: 'var(--ink)', 'stroke-width': scale }, chart.marks);
    const text = document.createElement('span');
    text.textContent = `${say(found.low)} to ${say(found.high)}: ${digits(found.count)}`;
    chart.reading.append(text);
  };

  const point = (chart, x, y = null) => {
    clear(chart);
    if (x < chart.span[0] || x > chart.span[1]) return;
    const scale = units(chart);
    const { top, bottom } = chart.frame;
    chart.marks = shape('g', { 'pointer-events': 'none' }, chart.picture);
    const at = across(chart, x) * scale;
    const line = { x1: at, x2: at, y1: top * scale, y2: bottom * scale };
    shape('line', { ...line, stroke: 'var(--dim)', 'stroke-width': scale, 'stroke-dasharray': 3 * scale }, chart.marks);
    chart.reading.append(words[chart.frame.x.unit](x));
    if (chart.frame.grid) return pointCell(chart, x, y, scale);
    let below = 0;
    for (const series of chart.frame.series) {
      const found = nearest(series, x);
      if (!found) continue;
      const height = found[1] + (chart.frame.stacked ? below : 0);
      below = height;
      const dot = { cx: across(chart, found[0]) * scale, cy: above(chart, height) * scale, r: 3.5 * scale };
      shape('circle', { ...dot, fill: `var(--${series.color})`, stroke: 'var(--bg)', 'stroke-width': scale }, chart.marks);
      const text = document.createElement('span');
      text.style.color = `var(--${series.color})`;
      text.textContent = `${series.name} ${words[chart.frame.y.unit](found[1])}`;
      chart.reading.append(text);
    }
  };

  // The plot area is shown again, stretched, over itself; the axis below it gets new labels.
  const zoom = (chart, from, to) => {
    chart.zoomed?.remove();
    chart.zoomed = null;
    chart.span = [from, to];
    const whole = from === chart.whole[0] && to === chart.whole[1];
    chart.back.hidden = whole;
    if (whole) return;
    const scale = units(chart);
    const { left, right, top, bottom, width, height } = chart.frame;
    const [wide, high] = [(right - left) * scale, (bottom - top) * scale];
    const cut = (x) => left + place(chart.frame.x, ...chart.whole, x) * (right - left);
    const group = shape('g', { 'pointer-events': 'none' }, chart.picture);
    const cover = { fill: 'var(--panel)' };
    shape('rect', { ...cover, x: left * scale, y: top * scale, width: wide, height: high }, group);
    shape('rect', { ...cover, x: 0, y: (bottom + 3) * scale, width: width * scale, height: (height - bottom) * scale }, group);
    const box = `${cut(from) * scale} ${top * scale} ${(cut(to) - cut(from)) * scale} ${high}`;
    const area = { x: left * scale, y: top * scale, width: wide, height: high, viewBox: box, preserveAspectRatio: 'none' };
    const plot = shape('svg', area, group);
    for (const part of chart.still) {
      // Labels would be stretched, and so would what lies under them.
      if (part.matches('text,title,desc') || (part.matches('rect') && part.nextElementSibling?.matches('text'))) continue;
      const copy = part.cloneNode(true);
      for (const text of copy.querySelectorAll('text')) text.remove();
      for (const one of [copy, ...copy.querySelectorAll('*')]) {
        one.setAttribute('vector-effect', 'non-scaling-stroke');
        // A stroke that does not scale is measured in the page's pixels.
        for (const name of ['stroke-width', 'stroke-dasharray']) {
          const lengths = one.getAttribute(name)?.split(/[ ,]+/).map((length) => length / scale);
          if (lengths) one.setAttribute(name, lengths.join(' '));
        }
      }
      plot.append(copy);
    }
    for (let tick = 0; tick <= 4; tick += 1) {
      const x = from + ((to - from) * tick) / 4;
      const label = { x: (left + ((right - left) * tick) / 4) * scale, y: (bottom + 16) * scale };
      const anchor = tick === 0 ? 'start' : tick === 4 ? 'end' : 'middle';
      shape('text', { ...label, 'text-anchor': anchor, 'font-size': 11 * scale, fill: 'var(--faint)' }, group).textContent = words[chart.frame.x.unit](x);
    }
    chart.zoomed = group;
  };

  const zoomAll = (chart, from, to) => {
    for (const other of together(chart)) {
      clear(other);
      zoom(other, Math.max(from, other.whole[0]), Math.min(to, other.whole[1]));
    }
  };
  const unzoom = (chart) => {
    for (const other of together(chart)) {
      clear(other);
      zoom(other, ...other.whole);
    }
  };

  const under = (chart, event) => {
    const box = chart.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * chart.frame.width;
    const share = (x - chart.frame.left) / (chart.frame.right - chart.frame.left);
    return chart.span[0] + Math.min(1, Math.max(0, share)) * (chart.span[1] - chart.span[0]);
  };

  // The value on the axis upwards.
  const beside = (chart, event) => {
    const box = chart.picture.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * chart.frame.height;
    const share = (chart.frame.bottom - y) / (chart.frame.bottom - chart.frame.top);
    const { from, to, log } = chart.frame.y;
    return log ? from * (to / from) ** share : from + share * (to - from);
  };

  const listen = (chart) => {
    const { host, frame } = chart;
    let began = null;
    let band = null;
    host.tabIndex = 0;
    host.addEventListener('pointerdown', (event) => {
      if (event.target === chart.back || event.button !== 0) return;
      event.preventDefault();
      host.focus({ preventScroll: true });
      began = under(chart, event);
      host.setPointerCapture(event.pointerId);
    });
    host.addEventListener('pointermove', (event) => {
      const x = under(chart, event);
      for (const other of together(chart)) point(other, x, other === chart ? beside(chart, event) : null);
      band?.remove();
      if (began === null) return;
      const scale = units(chart);
      const [from, to] = [across(chart, Math.min(began, x)), across(chart, Math.max(began, x))];
      const box = { x: from * scale, width: (to - from) * scale, y: frame.top * scale, height: (frame.bottom - frame.top) * scale };
      band = shape('rect', { ...box, fill: 'var(--p50)', opacity: 0.18, 'pointer-events': 'none' }, chart.picture);
    });
    host.addEventListener('pointerup', (event) => {
      const ended = under(chart, event);
      band?.remove();
      const [from, to] = [Math.min(began ?? ended, ended), Math.max(began ?? ended, ended)];
      began = null;
      if (to - from > (chart.span[1] - chart.span[0]) / 100) zoomAll(chart, from, to);
    });
    host.addEventListener('pointerleave', () => together(chart).forEach(clear));
    host.addEventListener('dblclick', () => unzoom(chart));
    chart.back.addEventListener('click', () => unzoom(chart));
    host.addEventListener('keydown', (event) => {
      const [from, to] = chart.span;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        chart.at = Math.min(to, Math.max(from, (chart.at ?? from) + (step * (to - from)) / 50));
        for (const other of together(chart)) point(other, chart.at);
      } else if (event.key === '+') {
        const middle = Math.min(to, Math.max(from, chart.at ?? (from + to) / 2));
        zoomAll(chart, middle - (middle - from) / 2, middle + (to - middle) / 2);
      } else if (event.key === 'Escape' || event.key === '-') unzoom(chart);
      else return;
      event.preventDefault();
    });
  };

  for (const chart of charts) {
    chart.section = chart.host.closest('section');
    chart.still = [...chart.picture.children];
    chart.reading = document.createElement('output');
    // beside its legend, which is on the right
    if (chart.frame.grid) Object.assign(chart.reading.style, { left: '16%', right: 'auto' });
    chart.back = document.createElement('button');
    chart.back.type = 'button';
    chart.back.textContent = 'Show all';
    chart.back.hidden = true;
    chart.host.append(chart.reading, chart.back);
    listen(chart);
  }
})();
