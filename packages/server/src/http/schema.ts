import type * as TypeBox from 'typebox';

type Builders = Pick<
  typeof TypeBox.Type,
  'Any' | 'Array' | 'Enum' | 'Integer' | 'Object' | 'Optional' | 'Record' | 'String'
>;

const optional = new WeakSet<object>();

/**
 * The few of TypeBox's builders that the routes use, with its types: the JSON Schema that it would make. TypeBox itself is
 * 370 modules, which a start would load for 0.1 s and 20 MiB.
 */
export const Type = {
  Any: (options?: object) => ({ ...options }),
  Array: (items: object, options?: object) => ({ type: 'array', items, ...options }),
  Enum: (values: readonly unknown[], options?: object) => ({ enum: values, ...options }),
  Integer: (options?: object) => ({ type: 'integer', ...options }),
  Object(properties: Readonly<Record<string, object>>, options?: object) {
    const required = Object.keys(properties).filter((name) => !optional.has(properties[name] as object));
    return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options };
  },
  Optional(schema: object) {
    const marked = { ...schema };
    optional.add(marked);
    return marked;
  },
  Record: (_names: object, values: object) => ({ type: 'object', patternProperties: { '^.*$': values } }),
  String: (options?: object) => ({ type: 'string', ...options }),
} as unknown as Builders;
