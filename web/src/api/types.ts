// The shapes the pages work with, named once. They follow the server's OpenAPI document.

export type Ref = { id: string; name: string };
export type PersonRef = Ref & { login?: string };
export type RecordRef = Ref & { number?: string };

/** What the server says the caller may do, with the reason when not. */
export type Action = { name: string; allowed: boolean; reason?: string | null };

export type List<T> = { items: T[]; next?: string | null; count?: number | null };

export type FieldError = { field?: string | null; rule?: string | null; message: string };
export type Problem = {
  type?: string;
  title: string;
  status: number;
  detail?: string | null;
  errors?: FieldError[];
  request_id?: string;
};

export type Me = {
  id: string;
  login: string;
  name: string;
  email?: string | null;
  organisation: Ref;
  teams: Ref[];
  roles: string[];
  zone?: string | null;
  language?: string | null;
  csrf_token?: string | null;
};

export type SignInPage = {
  product: string;
  version: string;
  demo: { login: string; password: string; name: string; note?: string | null }[];
};

export type IncidentRow = {
  id: string;
  number: string;
  short_description: string;
  state: string;
  on_hold_reason?: string | null;
  on_hold_until?: string | null;
  impact: number;
  urgency: number;
  priority: number;
  priority_override?: { priority: number; reason: string } | null;
  caller?: PersonRef | null;
  opened_by?: PersonRef | null;
  contact_type?: string | null;
  category?: string | null;
  subcategory?: string | null;
  assignment_group?: Ref | null;
  assigned_to?: PersonRef | null;
  service?: Ref | null;
  service_offering?: Ref | null;
  configuration_item?: Ref | null;
  location?: Ref | null;
  organisation?: Ref | null;
  opened_at: string;
  updated_at: string;
  resolved_at?: string | null;
  closed_at?: string | null;
  reassignment_count: number;
  reopen_count: number;
  time_worked_minutes?: number | null;
  duplicate_of?: RecordRef | null;
  parent?: RecordRef | null;
  custom?: Record<string, unknown>;
  version: number;
};

export type Incident = IncidentRow & {
  description?: string | null;
  resolved_by?: PersonRef | null;
  close_code?: string | null;
  close_notes?: string | null;
  actions?: Action[];
};

export type Attachment = {
  id: string;
  file_name: string;
  size: number;
  content_type: string;
  audience?: 'public' | 'internal';
  at?: string;
  by?: PersonRef | null;
};

export type Entry = {
  id: string;
  kind?: 'comment' | 'work_note';
  author?: PersonRef | null;
  /** Null when the words were erased. */
  text: string | null;
  html?: string | null;
  at: string;
  door?: string | null;
  retracted?: { by?: PersonRef | null; at: string } | null;
};

export type FactChange = { field: string; from?: unknown; to?: unknown };

export type TimelineItem = {
  type: 'comment' | 'work_note' | 'fact';
  at: string;
  by?: PersonRef | null;
  entry?: Entry;
  fact?: { kind: string; changes: FactChange[] };
  /** The duplicate it comes from, when it is not of this incident itself. */
  source?: { number: string };
};

export type FieldDef = {
  name: string;
  label: string;
  type: string;
  choices?: { code: string; label: string }[] | null;
  target?: string | null;
  custom?: boolean;
};

export type Person = {
  id: string;
  login: string;
  name: string;
  email?: string | null;
  phone?: string | null;
  organisation?: Ref | null;
  teams?: Ref[];
  roles?: string[];
  active: boolean;
  vip?: boolean;
  zone?: string | null;
  version: number;
};

export type Team = {
  id: string;
  name: string;
  organisation?: Ref | null;
  email?: string | null;
  members?: PersonRef[];
  version: number;
};

export type Thing = { id: string; name: string; class?: string | null; organisation?: Ref | null; version: number };

export type Grant = {
  id: string;
  holder: { id: string; name: string; kind: string };
  role: string;
  organisation?: Ref | null;
};

export type Permissions = {
  roles: string[];
  kinds: string[];
  rows: { role: string; kind: string; action: string; scope: string }[];
  field_groups?: { group: string; kind: string; role: string; read: boolean | string; write: boolean | string }[];
};

export type Session = {
  id: string;
  created_at: string;
  last_used_at?: string | null;
  address?: string | null;
  user_agent?: string | null;
  current?: boolean;
};

export type Token = {
  id: string;
  name: string;
  scopes?: string[];
  created_at: string;
  expires_at?: string | null;
  last_used_at?: string | null;
  token?: string;
};

export type Notice = {
  id: string;
  kind: string;
  at: string;
  read_at?: string | null;
  record?: { number?: string; id?: string; kind?: string; name?: string } | null;
  by?: PersonRef | null;
  text_key?: string | null;
  params?: Record<string, unknown> | null;
};

export type Relation = {
  id: string;
  type: string;
  from: RecordRef;
  to: RecordRef;
};
