// The DMN is listed for the activity.
import { type Condition, MET, notMet, referenceOf } from '../window-case.ts';

export const deviceNotOnLine: Condition = {
  reason: 'device-not-on-line',
  check(c) {
    if (c.dmn === undefined || c.dmnLine !== undefined) return MET;
    const activity = c.situation.chain.activity;
    return notMet(
      {
        en: `The DMN that was prescribed is not listed for “${activity}”; it must carry tls-latm-line with this activity.`,
        fr: `Le DMN prescrit n’est pas inscrit pour « ${activity} » ; il doit porter tls-latm-line avec cette activité.`,
      },
      c.dmn.reference,
      referenceOf(c.prescription),
    );
  },
};
