import type { TraceSettings } from '../settings.ts';
import type { Environment, Kind } from './environment.ts';
import { flag, httpUrl, oneOf } from './values.ts';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const endpoint = {
  takes: 'the http:// or https:// URL of an OTLP receiver, such as http://127.0.0.1:4318',
  read: httpUrl({ path: true }),
};
const exporter = { takes: 'otlp or none', read: oneOf(['otlp', 'none']) };
const protocol = { takes: 'http/protobuf', read: oneOf(['http/protobuf']) };
const sampler = { takes: samplers.join(', '), read: oneOf(samplers) };
const disabled = { takes: 'true or false', read: flag };
const ratio: Kind<number> = {
  takes: 'a share from 0 to 1, such as 0.1',
  read: (text) => (/^(0|1|0?\.\d{1,9}|1\.0{1,9})$/.test(text) ? Number(text) : undefined),
};

/**
 * Where traces go, by the names that OpenTelemetry gives its settings; null when none is set or they are turned off.
 * Every one is checked, also then: what is wrong shows before it is needed.
 */
export function readTraces(env: Environment): TraceSettings | null {
  const base = env.get('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint, null);
  const own = env.get('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', endpoint, null);
  const url = own ?? (base === null ? null : `${base}/v1/traces`);
  const off =
    env.get('OTEL_SDK_DISABLED', disabled, false) ||
    env.get('OTEL_TRACES_EXPORTER', exporter, 'otlp') === 'none';
  env.get('OTEL_EXPORTER_OTLP_PROTOCOL', protocol, null);
  env.get('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', protocol, null);
  const settings = {
    serviceName: env.text('OTEL_SERVICE_NAME') ?? 'strongroom',
    sampler: env.get('OTEL_TRACES_SAMPLER', sampler, 'parentbased_always_on'),
    ratio: env.get('OTEL_TRACES_SAMPLER_ARG', ratio, 1),
  };
  return url === null || off ? null : { url, ...settings };
}
