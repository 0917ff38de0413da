/** Prints rows of cells in columns: the first and the last to the left, numbers and results to the right. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const last = widths.length - 1;
  console.log();
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const isText = column === 0 || column === last;
      return isText ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]);
    });
    console.log(cells.join("   ").trimEnd());
  }
}
