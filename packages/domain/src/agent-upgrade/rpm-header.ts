/**
 * `rpm-header.cjs NAME`: of the headers that `rpmdb --exportdb` writes, the one of the package with that name, for
 * `rpmdb --importdb`. Status 1 where there is not exactly one. A program for the Node of the installed agent.
 *
 * A header is a magic number with four bytes that are reserved, the count of its entries and the length of its data,
 * 16 bytes for each entry (tag, type, offset, count) and the data (rpm's docs/manual/format_header.md).
 */
export const rpmHeaderProgram = `const { readFileSync, writeFileSync } = require('node:fs');

const magic = 0x8eade801;
const nameTag = 1000;
const all = readFileSync(0);
const found = [];
for (let at = 0; at < all.length; ) {
  if (all.readUInt32BE(at) !== magic) throw new Error('no header at byte ' + at);
  const entries = all.readUInt32BE(at + 8);
  const data = at + 16 + 16 * entries;
  const end = data + all.readUInt32BE(at + 12);
  if (end > all.length) throw new Error('the header at byte ' + at + ' is cut off');
  for (let entry = at + 16; entry < data; entry += 16) {
    if (all.readUInt32BE(entry) !== nameTag) continue;
    const text = data + all.readUInt32BE(entry + 8);
    if (all.toString('utf8', text, all.indexOf(0, text)) === process.argv[2]) found.push(all.subarray(at, end));
  }
  at = end;
}
if (found.length !== 1) throw new Error(found.length + ' packages of that name');
writeFileSync(1, found[0]);
`;
