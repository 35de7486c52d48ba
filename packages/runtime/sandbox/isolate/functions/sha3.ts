/** Owns SHA3-512 (FIPS 202). Lanes of 64 bits are two 32-bit halves, low first. */

const RATE = 72;

/** Round constants, rotations and the way of each lane, from the rules that define them. */
function tables(): { constants: Int32Array; rotations: number[]; targets: number[] } {
  const constants = new Int32Array(48);
  let register = 1;
  for (let round = 0; round < 24; round += 1) {
    for (let j = 0; j <= 6; j += 1) {
      const bit = 2 ** j - 1;
      const half = 2 * round + (bit >= 32 ? 1 : 0);
      if ((register & 1) === 1) constants[half] = (constants[half] as number) ^ (1 << (bit & 31));
      register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    }
  }
  const rotations = Array.from({ length: 25 }, () => 0);
  const targets = Array.from({ length: 25 }, () => 0);
  let [x, y] = [1, 0];
  for (let t = 0; t < 24; t += 1) {
    rotations[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64;
    [x, y] = [y, (2 * x + 3 * y) % 5];
  }
  for (let i = 0; i < 25; i += 1) {
    const [column, row] = [i % 5, Math.floor(i / 5)];
    targets[i] = row + 5 * ((2 * column + 3 * row) % 5);
  }
  return { constants, rotations, targets };
}

let known: ReturnType<typeof tables> | null = null;

function permute(s: Int32Array): void {
  known ??= tables();
  const { constants, rotations, targets } = known;
  const parity = new Int32Array(10);
  const moved = new Int32Array(50);
  const at = (words: Int32Array, i: number): number => words[i] as number;
  for (let round = 0; round < 24; round += 1) {
    for (let i = 0; i < 10; i += 1)
      parity[i] = at(s, i) ^ at(s, i + 10) ^ at(s, i + 20) ^ at(s, i + 30) ^ at(s, i + 40);
    for (let column = 0; column < 5; column += 1) {
      const left = ((column + 4) % 5) * 2;
      const right = ((column + 1) % 5) * 2;
      const low = at(parity, left) ^ ((at(parity, right) << 1) | (at(parity, right + 1) >>> 31));
      const high = at(parity, left + 1) ^ ((at(parity, right + 1) << 1) | (at(parity, right) >>> 31));
      for (let row = 0; row < 50; row += 10) {
        s[row + column * 2] = at(s, row + column * 2) ^ low;
        s[row + column * 2 + 1] = at(s, row + column * 2 + 1) ^ high;
      }
    }
    for (let i = 0; i < 25; i += 1) {
      const n = rotations[i] as number;
      const target = (targets[i] as number) * 2;
      const [low, high] = n < 32 ? [at(s, 2 * i), at(s, 2 * i + 1)] : [at(s, 2 * i + 1), at(s, 2 * i)];
      const shift = n & 31;
      moved[target] = shift === 0 ? low : (low << shift) | (high >>> (32 - shift));
      moved[target + 1] = shift === 0 ? high : (high << shift) | (low >>> (32 - shift));
    }
    for (let row = 0; row < 50; row += 10) {
      for (let i = 0; i < 10; i += 1) {
        s[row + i] = at(moved, row + i) ^ (~at(moved, row + ((i + 2) % 10)) & at(moved, row + ((i + 4) % 10)));
      }
    }
    s[0] = at(s, 0) ^ at(constants, 2 * round);
    s[1] = at(s, 1) ^ at(constants, 2 * round + 1);
  }
}

export function sha3(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(message.length / RATE) + 1) * RATE);
  padded.set(message);
  padded[message.length] = 0x06;
  padded[padded.length - 1] = (padded[padded.length - 1] as number) | 0x80;
  const view = new DataView(padded.buffer);
  const state = new Int32Array(50);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let i = 0; i < RATE / 4; i += 1) state[i] = (state[i] as number) ^ view.getInt32(block + i * 4, true);
    permute(state);
  }
  const out = new DataView(new ArrayBuffer(64));
  for (let i = 0; i < 16; i += 1) out.setInt32(i * 4, state[i] as number, true);
  return new Uint8Array(out.buffer);
}
