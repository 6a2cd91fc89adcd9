// The keywords of JSON Schema that the schemas of Shuniu use, so that the example runs on Node alone.
// A real consumer would take `ajv/dist/2020`, whose compile(schema)(data) answers the same question.

const kinds = {
  object: (v) => typeof v === "object" && v !== null && !Array.isArray(v),
  array: Array.isArray,
  string: (v) => typeof v === "string",
  integer: Number.isInteger,
  number: (v) => typeof v === "number",
  boolean: (v) => typeof v === "boolean",
  null: (v) => v === null,
};

const formats = {
  date: /^\d{4}-\d\d-\d\d$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};

/** What is wrong with `data`, as a list of sentences; empty when it is valid. */
export function errors(schema, data, root = schema, where = "data") {
  const found = [];
  const wrong = (reason) => found.push(`${where}: ${reason}`);
  if (schema.$ref) found.push(...errors(root.$defs[schema.$ref.split("/").pop()], data, root, where));
  if (schema.anyOf && !schema.anyOf.some((branch) => errors(branch, data, root, where).length === 0))
    wrong("fits none of the alternatives");
  if (schema.type && !kinds[schema.type](data)) return [...found, `${where}: is no ${schema.type}`];
  if (schema.enum && !schema.enum.includes(data)) wrong(`${data} is none of ${schema.enum}`);
  if ("const" in schema && data !== schema.const) wrong(`is not ${schema.const}`);
  if (typeof data === "string") {
    const length = [...data].length;
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(data)) wrong(`does not match ${schema.pattern}`);
    if (schema.format && !formats[schema.format].test(data)) wrong(`is no ${schema.format}`);
    if (length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Infinity)) wrong("has a wrong length");
  }
  if (typeof data === "number" && (data < (schema.minimum ?? -Infinity) || data > (schema.maximum ?? Infinity)))
    wrong("is out of range");
  if (Array.isArray(data) && schema.items)
    data.forEach((item, at) => found.push(...errors(schema.items, item, root, `${where}[${at}]`)));
  if (kinds.object(data)) {
    for (const name of schema.required ?? []) if (!(name in data)) wrong(`${name} is missing`);
    for (const [name, property] of Object.entries(schema.properties ?? {}))
      if (name in data) found.push(...errors(property, data[name], root, `${where}.${name}`));
  }
  return found;
}
