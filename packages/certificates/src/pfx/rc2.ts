/**
 * RC2 in CBC mode, RFC 2268. PFX files of Windows and of older OpenSSL hold their certificates under RC2 with 40
 * bits, and neither Node nor a current OpenSSL has it any more. It protects nothing; it is here to read and to write
 * back what others made.
 */
const piTable = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);
const blockBytes = 8;
const shifts = [1, 2, 3, 5] as const;

/** 64 words of 16 bits. The effective bits are those of the key, as PKCS#12 has it. */
function expandKey(key: Buffer): Uint16Array {
  const size = key.length;
  const bytes = new Uint8Array(128);
  bytes.set(key);
  for (let at = size; at < 128; at += 1) bytes[at] = pi((bytes[at - 1] ?? 0) + (bytes[at - size] ?? 0));
  bytes[128 - size] = pi(bytes[128 - size] ?? 0);
  for (let at = 127 - size; at >= 0; at -= 1) bytes[at] = pi((bytes[at + 1] ?? 0) ^ (bytes[at + size] ?? 0));
  return new Uint16Array(bytes.buffer);
}

const pi = (index: number) => piTable[index & 0xff] ?? 0;

function encryptBlock(key: Uint16Array, words: Uint16Array): void {
  let next = 0;
  const mix = () => {
    for (let i = 0; i < 4; i += 1) {
      const [a, b, c] = before(words, i);
      const sum = ((words[i] ?? 0) + (key[next] ?? 0) + (a & b) + (~a & c)) & 0xffff;
      const shift = shifts[i] ?? 0;
      words[i] = (sum << shift) | (sum >>> (16 - shift));
      next += 1;
    }
  };
  const mash = () => {
    for (let i = 0; i < 4; i += 1) words[i] = (words[i] ?? 0) + (key[before(words, i)[0] & 63] ?? 0);
  };
  inRounds([5, 6, 5], mix, mash);
}

function decryptBlock(key: Uint16Array, words: Uint16Array): void {
  let next = 63;
  const unmix = () => {
    for (let i = 3; i >= 0; i -= 1) {
      const shift = shifts[i] ?? 0;
      const word = words[i] ?? 0;
      const turned = ((word >>> shift) | (word << (16 - shift))) & 0xffff;
      const [a, b, c] = before(words, i);
      words[i] = turned - (key[next] ?? 0) - (a & b) - (~a & c);
      next -= 1;
    }
  };
  const unmash = () => {
    for (let i = 3; i >= 0; i -= 1) words[i] = (words[i] ?? 0) - (key[before(words, i)[0] & 63] ?? 0);
  };
  inRounds([5, 6, 5], unmix, unmash);
}

/** The three words before one, in a circle of four. */
function before(words: Uint16Array, i: number): [number, number, number] {
  return [words[(i + 3) & 3] ?? 0, words[(i + 2) & 3] ?? 0, words[(i + 1) & 3] ?? 0];
}

function inRounds(counts: readonly number[], mix: () => void, between: () => void): void {
  counts.forEach((count, index) => {
    if (index > 0) between();
    for (let round = 0; round < count; round += 1) mix();
  });
}

export function rc2Encrypt(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const padding = blockBytes - (data.length % blockBytes);
  const bytes = Buffer.concat([data, Buffer.alloc(padding, padding)]);
  const words = expandKey(key);
  let last = iv;
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    for (let i = 0; i < blockBytes; i += 1) block[i] = (block[i] ?? 0) ^ (last[i] ?? 0);
    inWords(block, (four) => encryptBlock(words, four));
    last = block;
  }
  return bytes;
}

/** @throws Error where the padding is wrong: another key */
export function rc2Decrypt(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  if (data.length === 0 || data.length % blockBytes !== 0) throw new Error('no whole blocks');
  const bytes = Buffer.from(data);
  const words = expandKey(key);
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    const last = at === 0 ? iv : data.subarray(at - blockBytes, at);
    inWords(block, (four) => decryptBlock(words, four));
    for (let i = 0; i < blockBytes; i += 1) block[i] = (block[i] ?? 0) ^ (last[i] ?? 0);
  }
  return withoutPadding(bytes);
}

function withoutPadding(bytes: Buffer): Buffer {
  const padding = bytes.at(-1) ?? 0;
  const end = bytes.length - padding;
  if (padding < 1 || padding > blockBytes || bytes.subarray(end).some((byte) => byte !== padding))
    throw new Error('wrong padding');
  return bytes.subarray(0, end);
}

function inWords(block: Buffer, act: (words: Uint16Array) => void): void {
  const words = Uint16Array.from([0, 2, 4, 6].map((at) => block.readUInt16LE(at)));
  act(words);
  words.forEach((word, index) => void block.writeUInt16LE(word, index * 2));
}
