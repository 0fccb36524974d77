// The shapes the pages work with, named once. They come from the server's OpenAPI document (`npm run schema`).
import type { components } from './schema';

type Schemas = components['schemas'];

export type Action = Schemas['ActionView'];
export type FieldError = Schemas['ProblemField'];
export type Me = Schemas['Me'];
export type SignInPage = Schemas['SignInPage'];
export type Incident = Schemas['Incident'];
/** What all practices give a ticket, under these names. */
type Common = 'id' | 'number' | 'version' | 'state' | 'short_description' | 'description' | 'opened_at' | 'opened_by' | 'updated_at' | 'priority' | 'impact' | 'urgency' | 'assigned_to' | 'assignment_group' | 'custom' | 'actions';
/** What the pages of all tickets show where the kind has it. */
type Perhaps = 'caller' | 'contact_type' | 'duplicate_of' | 'parent' | 'service' | 'location' | 'category' | 'subcategory' | 'on_hold_reason' | 'resolved_at' | 'closed_at' | 'priority_override';
/** A ticket of any kind; in a list it lacks its long texts and `actions`. */
export type Ticket = Pick<Incident, Common> & Partial<Pick<Incident, Perhaps>>;
export type NewIncident = Schemas['CreateIncident'];
export type Entry = Schemas['Entry'];
export type FactChange = { field: string; from?: unknown; to?: unknown };
export type TimelineItem = Schemas['TimelineItem'];
export type FieldDef = Schemas['Field'];
export type Person = Schemas['Person'];
export type NewPerson = Schemas['CreatePerson'];
export type PersonPatch = Schemas['UpdatePerson'];
export type Team = Schemas['Team'];
export type NewTeam = Schemas['CreateTeam'];
export type TeamPatch = Schemas['UpdateTeam'];
export type Role = Schemas['Role'];
export type Grant = Schemas['Grant'];
export type Permissions = Schemas['Permissions'];
export type Session = Schemas['Session'];
export type Token = Schemas['Token'];
export type Attachment = Schemas['Attachment'];
export type Cells = Schemas['Cells'];
export type IncidentSettings = Schemas['IncidentSettings'];
export type Relation = Schemas['Relation'];
/** A line of a life cycle: what leads from a state to another, and what must come with it. */
export type Step = Schemas['TransitionView'];

export type Ref = { id: string; name: string };
export type PersonRef = Ref & { login?: string };
export type RecordRef = Ref & { number?: string };


export type List<T> = { items: T[]; next?: string | null; count?: number | null };













export type Thing = { id: string; name: string; class?: string | null; organisation?: Ref | null; version: number };





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


/** A refusal; one that never reached the server has only a title and a status. */
export type Problem = Pick<Schemas['Problem'], 'title' | 'status'> & Partial<Schemas['Problem']>;
