// Opens workbooks with other people's libraries: node readers.mjs FOLDER-OF-node_modules cells|shown WORKBOOK…
// Asked for cells, it writes what each library sees beside each workbook, WORKBOOK.LIBRARY.json: {sheet: {address:
// [value, formula]}}. An error is {error: its text}; a cell without a formula has null there. Asked for what is shown, it
// writes WORKBOOK.shown.json: the numbers, each with the text that its number format makes of it, {sheet: {address:
// [number, text]}}; no conditional format is looked at.
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";

const [folder, asked, ...workbooks] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const SheetJS = require("xlsx");
const ExcelJS = require("exceljs");

// SheetJS gives an error's number in the binary format.
const ERRORS = { 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A" };

function bySheetJS(path) {
  const { SheetNames, Sheets } = SheetJS.readFile(path, { cellFormula: true, cellText: false, cellHTML: false });
  const entry = ([address, { t, v, f }]) => [address, [t === "e" ? { error: ERRORS[v] } : v, f ?? null]];
  const entries = (sheet) => Object.entries(sheet).filter(([address]) => !address.startsWith("!")).map(entry);
  return SheetNames.map((name) => [name, Object.fromEntries(entries(Sheets[name]))]);
}

function shownBySheetJS(path) {
  const { SheetNames, Sheets } = SheetJS.readFile(path, { cellNF: true });
  const numbers = (sheet) => Object.entries(sheet).filter(([, cell]) => cell.t === "n");
  return SheetNames.map((name) => [name, Object.fromEntries(numbers(Sheets[name]).map(([a, { v, w }]) => [a, [v, w]]))]);
}

async function byExcelJS(path) {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  return workbook.worksheets.map((sheet) => {
    const cells = {};
    sheet.eachRow((row) =>
      row.eachCell((cell) => {
        // Of merged cells only the first has a value; ExcelJS shows it in all.
        if (cell.isMerged && cell.master !== cell) return;
        // It has nothing for a formula's empty text.
        cells[cell.address] = cell.formula ? [cell.result ?? "", cell.formula] : [cell.value, null];
      }),
    );
    return [sheet.name, cells];
  });
}

const READERS = { cells: { SheetJS: bySheetJS, ExcelJS: byExcelJS }, shown: { shown: shownBySheetJS } };

for (const workbook of workbooks) {
  for (const [name, read] of Object.entries(READERS[asked])) {
    const sheets = Object.fromEntries(await read(workbook));
    await writeFile(`${workbook}.${name}.json`, JSON.stringify(sheets));
  }
}
