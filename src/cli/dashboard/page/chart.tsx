import type { Instant } from '../../../kernel/instant.ts';
import { formatInstant } from '../../../kernel/instant.ts';
import type { MetricChart } from '../metric-chart.ts';
import { drawn } from './chart-scale.ts';
import { Status } from './parts.tsx';

const frame = { width: 480, height: 140, margin: 14 };

/** The measurements of one metric as a picture, and the same as a table. */
export function Chart({ chart }: { chart: MetricChart }) {
  const picture = drawn(chart, frame);
  const latest = chart.points.at(-1);
  const label = `${chart.name}: ${chart.points.length} measurements${latest === undefined ? '' : `, the latest ${latest.text}`}`;
  return (
    <div class="metric">
      <h4>
        {chart.name} <Status mark={chart.mark} text={chart.status} />
        {chart.isDryRun && <span class="badge">dry run</span>}
      </h4>
      {chart.message !== '' && <p class="message">{chart.message}</p>}
      <p class="conditions">
        {chart.successCondition !== '' && (
          <>
            good: <code>{chart.successCondition}</code>{' '}
          </>
        )}
        {chart.failureCondition !== '' && (
          <>
            bad: <code>{chart.failureCondition}</code>
          </>
        )}
      </p>
      {picture !== undefined && (
        <svg class="chart" viewBox={`0 0 ${frame.width} ${frame.height}`} role="img" aria-label={label}>
          <rect class="plot" x="0" y="0" width={frame.width} height={frame.height} rx="4" />
          {picture.lines.map((line) => (
            <g key={line.label} class={`limit ${line.of}`}>
              <line x1="0" x2={frame.width} y1={line.y} y2={line.y} />
              <text x={frame.width - 4} y={line.y - 3} text-anchor="end">
                {line.label}
              </text>
            </g>
          ))}
          <polyline points={picture.points.map(({ x, y }) => `${x},${y}`).join(' ')} />
          {picture.points.map((point) => (
            <circle key={point.at} class={point.mark} cx={point.x} cy={point.y} r="4">
              <title>{`${point.text} ${point.status} ${timeOf(point.at)}`}</title>
            </circle>
          ))}
          <text x="4" y="11">
            {picture.top}
          </text>
          <text x="4" y={frame.height - 3}>
            {picture.bottom}
          </text>
        </svg>
      )}
      {chart.points.length === 0 ? (
        <p>Nothing was measured yet.</p>
      ) : (
        <details>
          <summary>
            {chart.points.length} {chart.points.length === 1 ? 'measurement' : 'measurements'}
          </summary>
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">at</th>
                  <th scope="col">value</th>
                  <th scope="col">verdict</th>
                </tr>
              </thead>
              <tbody>
                {chart.points.toReversed().map((point) => (
                  <tr key={point.at}>
                    <td>{timeOf(point.at)}</td>
                    <td>
                      <code>{point.text || point.message}</code>
                    </td>
                    <td>
                      <Status mark={point.mark} text={point.status} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </div>
  );
}

function timeOf(at: number): string {
  return formatInstant(at as Instant);
}
