import t from 'tap';
import { cents, centsOfEuros, euros, scale } from '../../src/kernel/cents.ts';

// Shares of the tariffs of 2023, rounded half up: 73.33 × 0.6 = 43.998, 91.67 × 0.6 = 55.002.
const SHARES: readonly [amount: number, factor: number, result: number][] = [
  [2800, 0.6, 1680],
  [1100, 0.6, 660],
  [7333, 0.6, 4400],
  [8250, 0.6, 4950],
  [9167, 0.6, 5500],
  [2800, 2.5, 7000],
  [2800, 2, 5600],
  [1, 0.5, 1],
  [5000, 1, 5000],
];
for (const [amount, factor, result] of SHARES) {
  t.test(`${amount} cents × ${factor} = ${result}`, async (t) => t.equal(scale(cents(amount), factor), result));
}
t.test('a fraction of a cent is no amount', async (t) => {
  t.throws(() => cents(0.5));
  t.equal(centsOfEuros(28.005), undefined);
  t.equal(centsOfEuros(16.8), 1680);
  t.equal(euros(cents(1680)), 16.8);
});
