// Every link of the product is built here; no page writes a path by hand.

const ENC = encodeURIComponent;

/** Conditions the rail offers. They are questions to the server, not rules. */
export const conditions = {
  mine: 'assigned_to:me state:open',
  unassigned: 'assigned_to:none state:open',
  open: 'state:open',
  resolved: 'state:resolved',
  /** No condition at all: everything, also what is closed. */
  all: '',
  team: (name: string) => `assignment_group:"${name}" state:open`,
  openOfCaller: (login: string) => `caller:"${login}" state:open`,
  ofCaller: 'caller:me',
};

export const paths = {
  signIn: (back?: string) => (back ? `/sign-in?back=${ENC(back)}` : '/sign-in'),
  passwordReset: (token: string) => `/password-reset?token=${ENC(token)}`,
  queue: (q: string = conditions.mine) => `/queue?q=${ENC(q)}`,
  incident: (number: string) => `/incidents/${ENC(number)}`,
  newIncident: () => '/incidents/new',
  people: () => '/people',
  person: (login: string) => `/people/${ENC(login)}`,
  newPerson: () => '/people/new',
  teams: () => '/teams',
  team: (id: string) => `/teams/${ENC(id)}`,
  newTeam: () => '/teams/new',
  permissions: () => '/permissions',
  account: () => '/account',
  portal: () => '/portal',
  portalReport: () => '/portal/report',
  portalItem: (number: string) => `/portal/items/${ENC(number)}`,
  portalSignIn: () => '/portal/sign-in',
  portalAccount: () => '/portal/account',
  attachment: (id: string) => `/api/v1/attachments/${ENC(id)}/content`,
  /** `place` is where a kind of tickets stands in the API (`records.ts`). */
  attachments: (place: string, number: string) => `/api/v1/${place}/${ENC(number)}/attachments`,
  csv: (place: string, q: string) => `/api/v1/${place}.csv?q=${ENC(q)}`,
};
