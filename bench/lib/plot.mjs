/**
 * Small plots side by side, one for each series: CPU of the server (full lines) and of PostgreSQL
 * (dashed lines) over what grows.
 */

const COLOURS = { ours: '#0b6e4f', postgraphile: '#b5179e', apollo: '#d97706', mercurius: '#2563eb', limit: '#6b7280' };
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [300, 240, 48, 12, 34, 42];

const text = (x, y, content, rest = '') => `<text x="${x}" y="${y}" ${rest}>${content}</text>`;
const shown = number => (number >= 1 ? number.toLocaleString('en') : number.toPrecision(1));

/** A logarithmic scale from the smallest to the largest of some numbers. */
function scale(numbers, from, to) {
  const [least, most] = [Math.log10(Math.min(...numbers)), Math.log10(Math.max(...numbers))];
  const span = most - least || 1;
  return number => from + ((Math.log10(number) - least) / span) * (to - from);
}

function picture({ name, unit, lines }, [left, top], costs) {
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const x = scale(xs, left + LEFT, left + WIDTH - RIGHT);
  const y = scale(costs, top + HEIGHT - BOTTOM, top + TOP);
  const path = (points, measure) =>
    points
      .filter(point => point[measure] > 0)
      .map(point => `${x(point.x).toFixed(1)},${y(point[measure]).toFixed(1)}`)
      .join(' ');
  const drawn = lines.flatMap(({ server, points }) => [
    `<polyline points="${path(points, 'cpu')}" fill="none" stroke="${COLOURS[server]}" stroke-width="2"/>`,
    `<polyline points="${path(points, 'postgresCpu')}" fill="none" stroke="${COLOURS[server]}" stroke-dasharray="3 3"/>`,
  ]);
  const marks = [0.1, 1, 10, 100].filter(mark => mark >= Math.min(...costs) && mark <= Math.max(...costs));
  return [
    `<rect x="${left + LEFT}" y="${top + TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}" fill="none" stroke="#d1d5db"/>`,
    text(left + LEFT, top + 20, name, 'font-weight="600"'),
    ...[...new Set(xs)].map(mark => text(x(mark).toFixed(1), top + HEIGHT - BOTTOM + 14, shown(mark), 'text-anchor="middle"')),
    text(left + (LEFT + WIDTH - RIGHT) / 2, top + HEIGHT - 10, unit, 'text-anchor="middle" fill="#6b7280"'),
    ...marks.map(mark => text(left + LEFT - 5, (y(mark) + 4).toFixed(1), shown(mark), 'text-anchor="end"')),
    ...drawn,
  ].join('\n');
}

/** The plots as one SVG, with the same cost scale. */
export function plot(series) {
  const costs = series
    .flatMap(({ lines }) => lines.flatMap(({ points }) => points.flatMap(({ cpu, postgresCpu }) => [cpu, postgresCpu])))
    .filter(cost => cost > 0);
  if (!costs.length) throw new Error('this system tells no CPU times: there is nothing to draw');
  const columns = 3;
  const rows = Math.ceil(series.length / columns);
  const legend = series[0].lines.map(({ server, title }, at) =>
    text(10 + (at % 3) * WIDTH, rows * HEIGHT + 40 + Math.floor(at / 3) * 18, `━ ${title}`, `fill="${COLOURS[server]}"`),
  );
  const height = rows * HEIGHT + 90;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${columns * WIDTH}" height="${height}" viewBox="0 0 ${columns * WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="CPU seconds for 1,000 requests, by what grows">
<rect width="100%" height="100%" fill="#fff"/>
${series.map((each, at) => picture(each, [(at % columns) * WIDTH, Math.floor(at / columns) * HEIGHT], costs)).join('\n')}
${text(10, rows * HEIGHT + 20, 'CPU seconds for 1,000 requests: the server (full), PostgreSQL (dashed)', 'fill="#374151"')}
${legend.join('\n')}
</svg>
`;
}
