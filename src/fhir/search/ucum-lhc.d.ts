// The part of @lhncbc/ucum-lhc that is used here; the package has no types of its own.
declare module '@lhncbc/ucum-lhc' {
  interface Unit {
    /** How many of the base unit of its dimension one of it is. */
    readonly magnitude_: number;
    /** Name of the function of a special unit such as Cel; null for the others. */
    readonly cnv_: string | null;
  }
  interface Utils {
    getSpecifiedUnit(code: string, use: 'validate'): { readonly unit: Unit | null };
    convertUnitTo(
      from: string,
      value: number,
      to: string,
    ): { readonly status: 'succeeded' | 'failed' | 'error'; readonly toVal: number | null };
  }
  interface Package {
    readonly UcumLhcUtils: { getInstance(): Utils };
  }
  /** It is a CommonJS module: imported, it stands under `default`. */
  const package_: Package & { readonly default: Package };
  export = package_;
}
