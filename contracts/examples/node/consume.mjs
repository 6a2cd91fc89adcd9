// Prints each event of a topic once, in order, in Node.js 18 or newer, with nothing but the JSON Schemas:
//
//   kcat -C -J -b 127.0.0.1:9092 -t shuniu.440303.registry.organization.v1 | node consume.mjs ../../schemas

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { errors } from "./schema.mjs";

const folder = process.argv[2];
const schemas = new Map();
const seen = new Map();

/** The schema that ce_dataschema names, or the newest minor known of its major: minors only add. */
function schemaOf(urn) {
  if (!schemas.has(urn)) {
    const [name, version] = urn.replace("urn:shuniu:schema:", "").split(":");
    const [service, ...fact] = name.split(".");
    const start = `${fact.join(".")}.${version.split(".")[0]}.`;
    const at = join(folder, service);
    const minors = (existsSync(at) ? readdirSync(at) : [])
      .filter((file) => file.startsWith(start))
      .sort((a, b) => a.split(".").at(-2) - b.split(".").at(-2));
    const exact = `${fact.join(".")}.${version}.json`;
    const file = minors.includes(exact) ? exact : minors.at(-1);
    schemas.set(urn, file ? JSON.parse(readFileSync(join(at, file), "utf8")) : null);
  }
  return schemas.get(urn);
}

/** Whether (epoch, sequence) comes after what was seen of the subject; sequences have 20 digits, so BigInt. */
function isFresh(subject, epoch, sequence) {
  const last = seen.get(subject) ?? [-1n, 0n];
  return epoch > last[0] || (epoch === last[0] && sequence > last[1]);
}

for await (const line of createInterface({ input: process.stdin })) {
  const record = JSON.parse(line);
  const headers = {};
  for (let at = 0; at < record.headers.length; at += 2) headers[record.headers[at]] = record.headers[at + 1];
  const schema = schemaOf(headers.ce_dataschema);
  if (!schema) continue; // a type this consumer does not know yet
  const [epoch, sequence] = [BigInt(headers.ce_epoch), BigInt(headers.ce_sequence)];
  if (!isFresh(headers.ce_subject, epoch, sequence)) continue; // delivered before
  const wrong = errors(schema, JSON.parse(record.payload));
  if (wrong.length) {
    console.error(wrong.join("\n"));
    process.exit(1);
  }
  seen.set(headers.ce_subject, [epoch, sequence]);
  console.log(`${headers.ce_subject} ${epoch} ${sequence} ${headers.ce_type}`);
}
