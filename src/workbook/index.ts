// What only the notebooks need: pictures, progress, the reader's own files, the local endpoint.

export { renderAnswer } from './answer.ts';
export { check, hint, solution, type CheckOptions } from './exercises/check.ts';
export type { CheckResult } from './exercises/check-result.ts';
export type { Came, CheckOutcome, Exercise, Try } from './exercises/exercise.ts';
export { progressReport } from './exercises/progress-report.ts';
export { generatorState, type GeneratorState } from './generator-state.ts';
export { liveHeapBytes } from './heap.ts';
export { escapeHtml, htmlTable } from './html.ts';
export { lastRequest, type SeenRequest } from './last-request.ts';
export { lineChart, type LineChartOptions, type LineSeries } from './line-chart.ts';
export { localEndpoint, type LocalEndpoint } from './local-endpoint.ts';
export { picture, type PictureOptions } from './picture.ts';
export { progressBar } from './progress-bar.ts';
export { installedReadmes } from './readmes.ts';
export { checkSetup, type SetupPoint } from './setup-check.ts';
export { setupReport } from './setup-report.ts';
export { stateMachine, type GeneratorTransition } from './state-machine.ts';
export { timeline, type Span, type TimelineOptions } from './timeline.ts';
export { traceGenerator } from './trace-generator.ts';
