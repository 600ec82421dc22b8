// Resources of our own with money in two decimals: `28.00`, not `28`.
import type { Money } from '@medplum/fhirtypes';
import type { Exact } from '../../fhir/json.ts';
import type { Cents } from '../../kernel/cents.ts';
import { euros } from '../../kernel/cents.ts';
import { decimals } from './parameters.ts';

/** Makes the Money of one resource and remembers how each is to be printed. */
export class Purse {
  readonly #digits: Exact['digits'][number][] = [];

  money(amount: Cents): Money {
    const money: Money = { value: euros(amount), currency: 'EUR' };
    this.#digits.push({
      holder: money as unknown as Record<string, unknown>,
      key: 'value',
      source: decimals(amount),
      value: money.value,
    });
    return money;
  }

  /** A value that holds Money of this purse, ready to be printed with all digits. */
  exact<T>(value: T): Exact<T> {
    return { value, digits: this.#digits };
  }
}
