// Validates workbooks by the Open XML SDK's rules: node validate.mjs FOLDER-OF-node_modules WORKBOOK…
// Prints a line for each error, and nothing where there is none.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, ...workbooks] = process.argv.slice(2);
const entry = createRequire(`${folder}/`).resolve("@ooxml-tools/validate");
const { default: validate, ready } = await import(pathToFileURL(entry).href);
await ready();
for (const workbook of workbooks) {
  for (const error of await validate(await readFile(workbook), "xlsx")) {
    console.log(`${workbook}: ${error.path.partUri}${error.path.xpath}: ${error.id}: ${error.description}`);
  }
}
process.exit(0);
