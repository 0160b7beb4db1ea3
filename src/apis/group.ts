import { apiGroup } from '../crossplane/api.ts';

/** Makes the APIs of this package. */
export const api = apiGroup('platform.tekanya.services', 'v1alpha1');
