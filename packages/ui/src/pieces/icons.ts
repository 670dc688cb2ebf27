import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';

/** A picture beside words, which assistive technology passes over. Drawn on a grid of 24, in the colour of the text. */
function icon(paths: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;
}

export const uploadIcon = icon(
  svg`<path d="M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15"/>`,
);

export const downloadIcon = icon(
  svg`<path d="M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M4 15v3.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V15"/>`,
);

export const cameraIcon = icon(
  svg`<path d="M4 8.5A1.5 1.5 0 0 1 5.5 7h2.2l1.4-2h5.8l1.4 2h2.2A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z"/><circle cx="12" cy="12.75" r="3.25"/>`,
);

export const eyeIcon = icon(
  svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.75"/>`,
);

export const archiveIcon = icon(
  svg`<path d="M4 4.5h16v4H4zM5.5 8.5v9.5a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5M10 12.5h4"/>`,
);

export const unarchiveIcon = icon(
  svg`<path d="M4 4.5h16v4H4zM5.5 8.5v9.5a1.5 1.5 0 0 0 1.5 1.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5M12 16.5v-5m0 0-2 2m2-2 2 2"/>`,
);

export const trashIcon = icon(
  svg`<path d="M4.5 6.5h15M9.5 6.5V4.75A.75.75 0 0 1 10.25 4h3.5a.75.75 0 0 1 .75.75V6.5M6.5 6.5l.8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12M10 10.5v5.5m4-5.5v5.5"/>`,
);

export const restoreIcon = icon(svg`<path d="M4 5v5h5M4.6 10A8 8 0 1 1 4 13.5"/>`);

export const retryIcon = icon(svg`<path d="M20 5v5h-5M19.4 10A8 8 0 1 0 20 13.5"/>`);

export const pauseIcon = icon(svg`<path d="M9 5.5v13M15 5.5v13"/>`);

export const resumeIcon = icon(svg`<path d="M8 5.2v13.6L19 12z"/>`);

export const closeIcon = icon(svg`<path d="m6 6 12 12M18 6 6 18"/>`);

export const checkIcon = icon(svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`);

export const alertIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.75v5M12 16.2v.05"/>`);

export const warningIcon = icon(svg`<path d="M12 4.2 3.3 19.2h17.4zM12 10v4.2M12 16.7v.05"/>`);

export const infoIcon = icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11.25v5M12 7.8v.05"/>`);

export const fileIcon = icon(
  svg`<path d="M13.5 3.5h-7A1.5 1.5 0 0 0 5 5v14a1.5 1.5 0 0 0 1.5 1.5h11A1.5 1.5 0 0 0 19 19V9zM13.5 3.5V9H19"/>`,
);

export const sortIcon = icon(svg`<path d="M12 5v14m0 0 5-5m-5 5-5-5"/>`);

export const copyIcon = icon(
  svg`<path d="M9 8.5h9.5a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1zM15.5 8.5v-4a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3"/>`,
);

export const editIcon = icon(
  svg`<path d="m5 19 .8-3.8L16 5a1.8 1.8 0 0 1 2.6 0l.4.4a1.8 1.8 0 0 1 0 2.6L8.8 18.2z"/>`,
);
