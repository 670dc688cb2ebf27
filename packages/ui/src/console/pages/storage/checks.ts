import type { StorageCheck } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { alertIcon, checkIcon, infoIcon, warningIcon } from '../../../pieces/icons.ts';
import { say } from '../../parts/words.ts';

type Probe = StorageCheck['checks'][number];

/** What was asked of a store and what it answered: first what must be mended, then what may be, then all that works. */
export function checks(report: StorageCheck): TemplateResult {
  const broken = report.checks.filter(({ ok }) => !ok);
  const noted = report.checks.filter(({ ok, result }) => ok && result !== 'works');
  const works = report.checks.filter(({ ok, result }) => ok && result === 'works');
  return html`
    <div class="notice ${report.ok ? 'success' : 'danger'}" role="status">
      ${report.ok ? checkIcon : alertIcon}
      <p>${report.ok ? say('console.checks.ok', { count: works.length }) : say('console.checks.broken', { count: broken.length })}</p>
    </div>
    ${broken.length ? list(broken, 'broken') : nothing}
    ${
      noted.length
        ? html`<details class="checks-more">
          <summary>${say('console.checks.noted', { count: noted.length })}</summary>
          ${list(noted, 'noted')}
        </details>`
        : nothing
    }
    ${
      works.length
        ? html`<details class="checks-more">
          <summary>${say('console.checks.works', { count: works.length })}</summary>
          ${list(works, 'works')}
        </details>`
        : nothing
    }
  `;
}

function list(probes: readonly Probe[], kind: 'broken' | 'noted' | 'works'): TemplateResult {
  const icon = {
    broken: alertIcon,
    noted: probes.some(({ needed }) => needed) ? warningIcon : infoIcon,
    works: checkIcon,
  }[kind];
  return html`<ul class="checks" data-kind=${kind}>
    ${probes.map(
      ({ name, detail, effect, remedy }) => html`<li>
        ${icon}
        <div>
          <h3><code>${name}</code></h3>
          <p>${detail}</p>
          ${effect ? html`<p class="hint">${effect}</p>` : nothing}
          ${remedy ? html`<p class="remedy"><b>${say('console.checks.remedy')}</b> ${remedy}</p>` : nothing}
        </div>
      </li>`,
    )}
  </ul>`;
}
