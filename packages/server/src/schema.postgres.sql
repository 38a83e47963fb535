CREATE TABLE collections (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  description text COLLATE "C" NOT NULL,
  limiting_id text COLLATE "C",
  rules text COLLATE "C" NOT NULL,
  is_built_in bigint NOT NULL,
  revision bigint NOT NULL,
  created_at bigint NOT NULL,
  member_count bigint NOT NULL,
  evaluated_at bigint,
  CONSTRAINT collections_limiting_id_fkey FOREIGN KEY (limiting_id) REFERENCES collections(id),
  CONSTRAINT collections_name_key_key UNIQUE (name_key),
  CONSTRAINT collections_pkey PRIMARY KEY (id)
);

CREATE TABLE collections_changes (
  machine_id text COLLATE "C" NOT NULL,
  attributes text COLLATE "C",
  stamp bigint NOT NULL,
  CONSTRAINT collections_changes_pkey PRIMARY KEY (machine_id)
);

CREATE TABLE collections_members (
  collection_id text COLLATE "C" NOT NULL,
  machine_id text COLLATE "C" NOT NULL,
  CONSTRAINT collections_members_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE,
  CONSTRAINT collections_members_pkey PRIMARY KEY (collection_id, machine_id)
);

CREATE INDEX collections_members_machine ON public.collections_members USING btree (machine_id, collection_id);

CREATE TABLE collections_stale (
  collection_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  CONSTRAINT collections_stale_pkey PRIMARY KEY (collection_id)
);

CREATE TABLE collections_windows (
  collection_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  body text COLLATE "C" NOT NULL,
  CONSTRAINT collections_windows_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE,
  CONSTRAINT collections_windows_pkey PRIMARY KEY (collection_id, "position")
);

CREATE TABLE content_copies (
  content_id text COLLATE "C" NOT NULL,
  point_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  error text COLLATE "C",
  published_at bigint,
  CONSTRAINT content_copies_pkey PRIMARY KEY (content_id, point_id),
  CONSTRAINT content_copies_point_id_fkey FOREIGN KEY (point_id) REFERENCES content_points(id)
);

CREATE TABLE content_file_times (
  content_id text COLLATE "C" NOT NULL,
  times text COLLATE "C" NOT NULL,
  CONSTRAINT content_file_times_content_id_fkey FOREIGN KEY (content_id) REFERENCES content_manifests(content_id) ON DELETE CASCADE,
  CONSTRAINT content_file_times_pkey PRIMARY KEY (content_id)
);

CREATE TABLE content_manifests (
  content_id text COLLATE "C" NOT NULL,
  total_bytes bigint NOT NULL,
  file_count bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  touched_at bigint NOT NULL,
  is_leaving bigint NOT NULL,
  CONSTRAINT content_manifests_pkey PRIMARY KEY (content_id)
);

CREATE TABLE content_points (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  base_url text COLLATE "C" NOT NULL,
  folder text COLLATE "C",
  is_enabled bigint NOT NULL,
  takes_all bigint NOT NULL,
  has_file_view bigint NOT NULL,
  preference bigint NOT NULL,
  is_built_in bigint NOT NULL,
  revision bigint NOT NULL,
  created_at bigint NOT NULL,
  CONSTRAINT content_points_name_key_key UNIQUE (name_key),
  CONSTRAINT content_points_pkey PRIMARY KEY (id)
);

CREATE TABLE deployments_deployments (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  draft text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  subject_name text COLLATE "C" NOT NULL,
  collection_id text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  occurrence bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  next_start_at bigint,
  started_at bigint,
  finished_at bigint,
  owner text COLLATE "C",
  CONSTRAINT deployments_deployments_pkey PRIMARY KEY (id)
);

CREATE INDEX deployments_deployments_collection ON public.deployments_deployments USING btree (collection_id, status);

CREATE INDEX deployments_deployments_start ON public.deployments_deployments USING btree (next_start_at) WHERE (next_start_at IS NOT NULL);

CREATE TABLE deployments_plans (
  hash text COLLATE "C" NOT NULL,
  body text COLLATE "C" NOT NULL,
  CONSTRAINT deployments_plans_pkey PRIMARY KEY (hash)
);

CREATE TABLE deployments_reviews (
  deployment_id text COLLATE "C" NOT NULL,
  package_id text COLLATE "C" NOT NULL,
  from_version text COLLATE "C" NOT NULL,
  to_version text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  CONSTRAINT deployments_reviews_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployments_deployments(id) ON DELETE CASCADE,
  CONSTRAINT deployments_reviews_pkey PRIMARY KEY (deployment_id, package_id)
);

CREATE TABLE deployments_runs (
  id text COLLATE "C" NOT NULL,
  deployment_id text COLLATE "C" NOT NULL,
  occurrence bigint NOT NULL,
  machine_id text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  attempt bigint NOT NULL,
  gate text COLLATE "C",
  is_released bigint NOT NULL,
  is_cancel_requested bigint NOT NULL,
  is_in_error bigint NOT NULL,
  is_requested bigint NOT NULL,
  reason text COLLATE "C",
  waits_until bigint,
  step_index bigint,
  retries_left bigint NOT NULL,
  plan_hash text COLLATE "C",
  variables text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  started_at bigint,
  finished_at bigint,
  deadline_at bigint,
  ready_at bigint,
  latest_start_at bigint,
  wave_id text COLLATE "C",
  alone text COLLATE "C",
  method text COLLATE "C",
  method_reason text COLLATE "C",
  is_staged bigint NOT NULL DEFAULT 0,
  requested_by text COLLATE "C",
  window_closes_at bigint,
  is_silent bigint NOT NULL DEFAULT 0,
  CONSTRAINT deployments_runs_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployments_deployments(id) ON DELETE CASCADE,
  CONSTRAINT deployments_runs_deployment_id_occurrence_machine_id_key UNIQUE (deployment_id, occurrence, machine_id),
  CONSTRAINT deployments_runs_pkey PRIMARY KEY (id),
  CONSTRAINT deployments_runs_plan_hash_fkey FOREIGN KEY (plan_hash) REFERENCES deployments_plans(hash)
);

CREATE INDEX deployments_runs_deadline ON public.deployments_runs USING btree (deadline_at) WHERE (deadline_at IS NOT NULL);

CREATE INDEX deployments_runs_due ON public.deployments_runs USING btree (waits_until) WHERE (waits_until IS NOT NULL);

CREATE INDEX deployments_runs_error ON public.deployments_runs USING btree (machine_id) WHERE (is_in_error = 1);

CREATE INDEX deployments_runs_gate ON public.deployments_runs USING btree (gate, id) WHERE (gate IS NOT NULL);

CREATE INDEX deployments_runs_group ON public.deployments_runs USING btree (deployment_id, occurrence, ready_at, id) WHERE (gate = 'group'::text);

CREATE INDEX deployments_runs_machine ON public.deployments_runs USING btree (machine_id, created_at);

CREATE INDEX deployments_runs_multicast ON public.deployments_runs USING btree (deployment_id, occurrence) WHERE (method = 'multicast'::text);

CREATE INDEX deployments_runs_released ON public.deployments_runs USING btree (machine_id) WHERE (is_released = 1);

CREATE INDEX deployments_runs_slots ON public.deployments_runs USING btree (deployment_id) WHERE ((is_released = 1) AND (is_staged = 0) AND (is_silent = 0));

CREATE INDEX deployments_runs_staged ON public.deployments_runs USING btree (machine_id) WHERE (is_staged = 1);

CREATE INDEX deployments_runs_status ON public.deployments_runs USING btree (deployment_id, status);

CREATE INDEX deployments_runs_waiting ON public.deployments_runs USING btree (machine_id) WHERE (gate IS NOT NULL);

CREATE TABLE deployments_steps (
  run_id text COLLATE "C" NOT NULL,
  attempt bigint NOT NULL,
  step_index bigint NOT NULL,
  started_at bigint,
  result text COLLATE "C",
  CONSTRAINT deployments_steps_pkey PRIMARY KEY (run_id, attempt, step_index),
  CONSTRAINT deployments_steps_run_id_fkey FOREIGN KEY (run_id) REFERENCES deployments_runs(id) ON DELETE CASCADE
);

CREATE TABLE deployments_waves (
  id text COLLATE "C" NOT NULL,
  deployment_id text COLLATE "C" NOT NULL,
  occurrence bigint NOT NULL,
  number bigint NOT NULL,
  cause text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  started_by text COLLATE "C",
  machine_count bigint NOT NULL,
  CONSTRAINT deployments_waves_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES deployments_deployments(id) ON DELETE CASCADE,
  CONSTRAINT deployments_waves_deployment_id_occurrence_number_key UNIQUE (deployment_id, occurrence, number),
  CONSTRAINT deployments_waves_pkey PRIMARY KEY (id)
);

CREATE TABLE enrollment_identities (
  machine_id text COLLATE "C" NOT NULL,
  key_thumbprint text COLLATE "C" NOT NULL,
  signing_key text COLLATE "C" NOT NULL,
  encryption_key text COLLATE "C" NOT NULL,
  fingerprints text COLLATE "C" NOT NULL,
  foreign_fingerprint text COLLATE "C",
  status text COLLATE "C" NOT NULL,
  ticket_id text COLLATE "C",
  asked_name text COLLATE "C" NOT NULL,
  asked_at bigint NOT NULL,
  decided_at bigint,
  next_thumbprint text COLLATE "C",
  next_signing_key text COLLATE "C",
  next_encryption_key text COLLATE "C",
  replaced_thumbprint text COLLATE "C",
  replaced_signing_key text COLLATE "C",
  replaced_at bigint,
  CONSTRAINT enrollment_identities_key_thumbprint_key UNIQUE (key_thumbprint),
  CONSTRAINT enrollment_identities_pkey PRIMARY KEY (machine_id),
  CONSTRAINT enrollment_identities_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES enrollment_tickets(id)
);

CREATE UNIQUE INDEX enrollment_identities_by_next_key ON public.enrollment_identities USING btree (next_thumbprint);

CREATE INDEX enrollment_identities_by_replaced_at ON public.enrollment_identities USING btree (replaced_at);

CREATE INDEX enrollment_identities_by_replaced_key ON public.enrollment_identities USING btree (replaced_thumbprint);

CREATE INDEX enrollment_identities_by_ticket ON public.enrollment_identities USING btree (ticket_id);

CREATE INDEX enrollment_identities_status ON public.enrollment_identities USING btree (status);

CREATE TABLE enrollment_tickets (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  secret_hash text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  max_uses bigint NOT NULL,
  uses bigint NOT NULL,
  revoked_at bigint,
  CONSTRAINT enrollment_tickets_pkey PRIMARY KEY (id),
  CONSTRAINT enrollment_tickets_secret_hash_key UNIQUE (secret_hash)
);

CREATE TABLE fallback_machines (
  id text COLLATE "C" NOT NULL,
  sender text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  operating_system text COLLATE "C" NOT NULL,
  agent_version text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  detail text COLLATE "C" NOT NULL,
  server text COLLATE "C" NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  CONSTRAINT fallback_machines_pkey PRIMARY KEY (id)
);

CREATE INDEX fallback_machines_address ON public.fallback_machines USING btree (address, last_at);

CREATE INDEX fallback_machines_last_at ON public.fallback_machines USING btree (last_at);

CREATE UNIQUE INDEX fallback_machines_sender ON public.fallback_machines USING btree (sender);

CREATE TABLE kernel_audit (
  seq bigint NOT NULL,
  at bigint NOT NULL,
  actor text COLLATE "C" NOT NULL,
  actor_name text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  object text COLLATE "C" NOT NULL,
  details text COLLATE "C" NOT NULL,
  previous_hash text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  CONSTRAINT kernel_audit_pkey PRIMARY KEY (seq)
);

CREATE INDEX kernel_audit_action ON public.kernel_audit USING btree (action, seq);

CREATE INDEX kernel_audit_object ON public.kernel_audit USING btree (object, seq);

CREATE TABLE kernel_events (
  seq bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  kind text COLLATE "C" NOT NULL,
  payload text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  CONSTRAINT kernel_events_pkey PRIMARY KEY (seq)
);

CREATE INDEX kernel_events_at ON public.kernel_events USING btree (at);

CREATE TABLE kernel_jobs (
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C",
  payload text COLLATE "C" NOT NULL,
  run_at bigint NOT NULL,
  attempts bigint NOT NULL,
  max_attempts bigint NOT NULL,
  locked_at bigint,
  locked_by text COLLATE "C",
  last_error text COLLATE "C",
  failed_at bigint,
  created_at bigint NOT NULL,
  CONSTRAINT kernel_jobs_pkey PRIMARY KEY (id)
);

CREATE INDEX kernel_jobs_due ON public.kernel_jobs USING btree (run_at) WHERE (failed_at IS NULL);

CREATE UNIQUE INDEX kernel_jobs_key ON public.kernel_jobs USING btree (kind, key) WHERE ((key IS NOT NULL) AND (locked_at IS NULL) AND (failed_at IS NULL));

CREATE TABLE kernel_migrations (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  applied_at bigint NOT NULL,
  CONSTRAINT kernel_migrations_pkey PRIMARY KEY (id)
);

CREATE TABLE kernel_state (
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  CONSTRAINT kernel_state_pkey PRIMARY KEY (name)
);

CREATE TABLE locator_boundaries (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  address_range text COLLATE "C" NOT NULL,
  site_code text COLLATE "C" NOT NULL,
  management_point text COLLATE "C",
  is_for_assignment bigint NOT NULL,
  CONSTRAINT locator_boundaries_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX locator_boundaries_name ON public.locator_boundaries USING btree (name);

CREATE TABLE machines (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  enrollment text COLLATE "C" NOT NULL,
  enrolled_at bigint NOT NULL,
  hardware_fingerprint text COLLATE "C" NOT NULL,
  power_state text COLLATE "C" NOT NULL,
  activity text COLLATE "C" NOT NULL,
  operating_system text COLLATE "C" NOT NULL,
  service_pack text COLLATE "C" NOT NULL,
  architecture text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  agent_version text COLLATE "C" NOT NULL,
  last_run_name text COLLATE "C",
  last_run_status text COLLATE "C",
  last_run_at bigint,
  properties text COLLATE "C" NOT NULL,
  certificate_state text COLLATE "C" NOT NULL DEFAULT 'unknown'::text,
  certificate_remedies text COLLATE "C" NOT NULL DEFAULT ''::text,
  inbound_state text COLLATE "C" NOT NULL DEFAULT 'unknown'::text,
  CONSTRAINT machines_pkey PRIMARY KEY (id)
);

CREATE INDEX machines_by_activity ON public.machines USING btree (activity, name_key, id, address);

CREATE INDEX machines_by_certificates ON public.machines USING btree (enrollment, certificate_state, certificate_remedies);

CREATE INDEX machines_by_certificates_and_name ON public.machines USING btree (certificate_state, name_key, id);

CREATE INDEX machines_by_enrollment ON public.machines USING btree (enrollment, name_key, id, address);

CREATE INDEX machines_by_enrollment_and_id ON public.machines USING btree (enrollment, id);

CREATE INDEX machines_by_inbound_and_name ON public.machines USING btree (inbound_state, name_key, id);

CREATE INDEX machines_by_name ON public.machines USING btree (name_key, id, address);

CREATE INDEX machines_by_power ON public.machines USING btree (power_state, name_key, id, address);

CREATE INDEX machines_by_state ON public.machines USING btree (enrollment, power_state, activity);

CREATE TABLE machines_commands (
  id text COLLATE "C" NOT NULL,
  machine_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  delay_seconds bigint NOT NULL,
  force bigint NOT NULL,
  created_at bigint NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  fetched_at bigint,
  outcome text COLLATE "C",
  closed_at bigint,
  CONSTRAINT machines_commands_machine_id_fkey FOREIGN KEY (machine_id) REFERENCES machines(id) ON DELETE CASCADE,
  CONSTRAINT machines_commands_pkey PRIMARY KEY (id)
);

CREATE INDEX machines_commands_closed ON public.machines_commands USING btree (closed_at) WHERE (closed_at IS NOT NULL);

CREATE INDEX machines_commands_due ON public.machines_commands USING btree (expires_at) WHERE (closed_at IS NULL);

CREATE INDEX machines_commands_open ON public.machines_commands USING btree (machine_id) WHERE (closed_at IS NULL);

CREATE TABLE machines_inventory (
  machine_id text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  is_exact bigint NOT NULL,
  received_at bigint NOT NULL,
  hardware text COLLATE "C" NOT NULL,
  network text COLLATE "C" NOT NULL,
  operating_system text COLLATE "C" NOT NULL,
  agent text COLLATE "C" NOT NULL,
  software bytea NOT NULL,
  installed_at text COLLATE "C",
  CONSTRAINT machines_inventory_machine_id_fkey FOREIGN KEY (machine_id) REFERENCES machines(id) ON DELETE CASCADE,
  CONSTRAINT machines_inventory_pkey PRIMARY KEY (machine_id)
);

CREATE TABLE machines_outboxes (
  machine_id text COLLATE "C" NOT NULL,
  outbox text COLLATE "C" NOT NULL,
  taken bigint NOT NULL,
  left_at bigint NOT NULL,
  CONSTRAINT machines_outboxes_machine_id_fkey FOREIGN KEY (machine_id) REFERENCES machines(id) ON DELETE CASCADE,
  CONSTRAINT machines_outboxes_pkey PRIMARY KEY (machine_id, outbox)
);

CREATE TABLE machines_presence (
  machine_id text COLLATE "C" NOT NULL,
  is_admitted bigint NOT NULL,
  outbox text COLLATE "C" NOT NULL,
  taken bigint NOT NULL,
  last_seen_at bigint NOT NULL,
  agent_version text COLLATE "C" NOT NULL,
  active_runs text COLLATE "C" NOT NULL,
  power text COLLATE "C" NOT NULL,
  power_since bigint NOT NULL,
  announced text COLLATE "C" NOT NULL,
  boot_id text COLLATE "C",
  booted_at bigint,
  wants_inventory bigint NOT NULL,
  free_bytes bigint,
  CONSTRAINT machines_presence_machine_id_fkey FOREIGN KEY (machine_id) REFERENCES machines(id) ON DELETE CASCADE,
  CONSTRAINT machines_presence_pkey PRIMARY KEY (machine_id)
);

CREATE INDEX machines_presence_seen ON public.machines_presence USING btree (last_seen_at, machine_id);

CREATE TABLE machines_software (
  id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  entry text COLLATE "C" NOT NULL,
  CONSTRAINT machines_software_entry_key UNIQUE (entry),
  CONSTRAINT machines_software_pkey PRIMARY KEY (id)
);

CREATE TABLE multicast_members (
  session_id text COLLATE "C" NOT NULL,
  number bigint NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  machine_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  cause text COLLATE "C",
  CONSTRAINT multicast_members_pkey PRIMARY KEY (session_id, number),
  CONSTRAINT multicast_members_session_id_fkey FOREIGN KEY (session_id) REFERENCES multicast_sessions(id) ON DELETE CASCADE
);

CREATE TABLE multicast_representatives (
  machine_id text COLLATE "C" NOT NULL,
  rule text COLLATE "C" NOT NULL,
  set_by text COLLATE "C" NOT NULL,
  set_at bigint NOT NULL,
  CONSTRAINT multicast_representatives_pkey PRIMARY KEY (machine_id)
);

CREATE TABLE multicast_sessions (
  id text COLLATE "C" NOT NULL,
  deployment_id text COLLATE "C" NOT NULL,
  content_id text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  port bigint NOT NULL,
  sender_port bigint NOT NULL,
  interface_address text COLLATE "C" NOT NULL,
  content_bytes bigint NOT NULL,
  started_at bigint NOT NULL,
  ended_at bigint,
  outcome text COLLATE "C",
  detail text COLLATE "C",
  datagrams bigint NOT NULL,
  repairs bigint NOT NULL,
  subnet text COLLATE "C",
  representative_id text COLLATE "C",
  chosen_by text COLLATE "C",
  line_bytes bigint,
  CONSTRAINT multicast_sessions_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX multicast_sessions_address ON public.multicast_sessions USING btree (address) WHERE (ended_at IS NULL);

CREATE INDEX multicast_sessions_deployment ON public.multicast_sessions USING btree (deployment_id, id);

CREATE UNIQUE INDEX multicast_sessions_port ON public.multicast_sessions USING btree (port) WHERE (ended_at IS NULL);

CREATE TABLE packages (
  id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  origin text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  CONSTRAINT packages_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX packages_id ON public.packages USING btree (lower(id));

CREATE TABLE packages_places (
  package_id text COLLATE "C" NOT NULL,
  point_id text COLLATE "C" NOT NULL,
  CONSTRAINT packages_places_package_id_fkey FOREIGN KEY (package_id) REFERENCES packages(id),
  CONSTRAINT packages_places_pkey PRIMARY KEY (package_id, point_id)
);

CREATE TABLE packages_revisions (
  package_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  draft text COLLATE "C" NOT NULL,
  content_id text COLLATE "C",
  content_bytes bigint NOT NULL,
  sealed_at bigint NOT NULL,
  sealed_by text COLLATE "C" NOT NULL,
  summary text COLLATE "C" NOT NULL,
  CONSTRAINT packages_revisions_package_id_fkey FOREIGN KEY (package_id) REFERENCES packages(id),
  CONSTRAINT packages_revisions_pkey PRIMARY KEY (package_id, revision)
);

CREATE INDEX packages_revisions_content ON public.packages_revisions USING btree (content_id);

CREATE TABLE pushes (
  id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  by_id text COLLATE "C" NOT NULL,
  by_name text COLLATE "C" NOT NULL,
  user_name text COLLATE "C" NOT NULL,
  sign_in text COLLATE "C" NOT NULL,
  uses_secret bigint NOT NULL,
  host_keys text COLLATE "C" NOT NULL,
  known_hosts text COLLATE "C" NOT NULL,
  management_point text COLLATE "C" NOT NULL,
  parallel bigint NOT NULL,
  retries bigint NOT NULL,
  properties text COLLATE "C" NOT NULL DEFAULT '[]'::text,
  CONSTRAINT pushes_pkey PRIMARY KEY (id)
);

CREATE TABLE pushes_host_keys (
  id text COLLATE "C" NOT NULL,
  host text COLLATE "C" NOT NULL,
  lines text COLLATE "C" NOT NULL,
  fingerprints text COLLATE "C" NOT NULL,
  origin text COLLATE "C" NOT NULL,
  approved_by text COLLATE "C" NOT NULL,
  approved_at bigint NOT NULL,
  CONSTRAINT pushes_host_keys_host_key UNIQUE (host),
  CONSTRAINT pushes_host_keys_pkey PRIMARY KEY (id)
);

CREATE TABLE pushes_hosts (
  push_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  host text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  outcome text COLLATE "C",
  attempt bigint NOT NULL,
  reason text COLLATE "C",
  detail text COLLATE "C" NOT NULL,
  version text COLLATE "C",
  exit_code bigint,
  log text COLLATE "C" NOT NULL,
  offered text COLLATE "C",
  known text COLLATE "C" NOT NULL,
  tickets text COLLATE "C" NOT NULL,
  machine_id text COLLATE "C",
  updated_at bigint NOT NULL,
  CONSTRAINT pushes_hosts_pkey PRIMARY KEY (push_id, "position"),
  CONSTRAINT pushes_hosts_push_id_fkey FOREIGN KEY (push_id) REFERENCES pushes(id)
);

CREATE INDEX pushes_hosts_by_state ON public.pushes_hosts USING btree (state, push_id, "position");

CREATE TABLE repositories (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  ca text COLLATE "C",
  schedule text COLLATE "C" NOT NULL,
  gate text COLLATE "C" NOT NULL,
  is_enabled bigint NOT NULL,
  revision bigint NOT NULL,
  created_at bigint NOT NULL,
  index_version bigint,
  index_digest text COLLATE "C",
  expires_at bigint,
  pulled_at bigint,
  tried_at bigint,
  next_pull_at bigint,
  error text COLLATE "C",
  CONSTRAINT repositories_name_key_key UNIQUE (name_key),
  CONSTRAINT repositories_pkey PRIMARY KEY (id)
);

CREATE TABLE repositories_packages (
  repository_id text COLLATE "C" NOT NULL,
  package_id text COLLATE "C" NOT NULL,
  offered bigint NOT NULL,
  description text COLLATE "C" NOT NULL,
  content_id text COLLATE "C",
  content_bytes bigint NOT NULL,
  draft text COLLATE "C",
  state text COLLATE "C" NOT NULL,
  waits_for text COLLATE "C",
  error text COLLATE "C",
  approved text COLLATE "C",
  registered_revision bigint,
  is_withdrawn bigint NOT NULL,
  decided_by text COLLATE "C",
  decided_at bigint,
  updated_at bigint NOT NULL,
  CONSTRAINT repositories_packages_pkey PRIMARY KEY (repository_id, package_id),
  CONSTRAINT repositories_packages_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repositories(id)
);

CREATE TABLE scenarios (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  is_built_in bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  CONSTRAINT scenarios_name_key_key UNIQUE (name_key),
  CONSTRAINT scenarios_pkey PRIMARY KEY (id)
);

CREATE TABLE scenarios_packages (
  scenario_id text COLLATE "C" NOT NULL,
  package_id text COLLATE "C" NOT NULL,
  CONSTRAINT scenarios_packages_pkey PRIMARY KEY (scenario_id, package_id),
  CONSTRAINT scenarios_packages_scenario_id_fkey FOREIGN KEY (scenario_id) REFERENCES scenarios(id)
);

CREATE INDEX scenarios_packages_package ON public.scenarios_packages USING btree (package_id);

CREATE TABLE scenarios_revisions (
  scenario_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  draft text COLLATE "C" NOT NULL,
  saved_at bigint NOT NULL,
  saved_by text COLLATE "C" NOT NULL,
  CONSTRAINT scenarios_revisions_pkey PRIMARY KEY (scenario_id, revision),
  CONSTRAINT scenarios_revisions_scenario_id_fkey FOREIGN KEY (scenario_id) REFERENCES scenarios(id)
);

CREATE TABLE site_health_states (
  item text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  detail text COLLATE "C" NOT NULL,
  since bigint NOT NULL,
  CONSTRAINT site_health_states_pkey PRIMARY KEY (item)
);

CREATE TABLE sites_settings (
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  CONSTRAINT sites_settings_pkey PRIMARY KEY (name)
);

CREATE TABLE sites_sites (
  code text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  CONSTRAINT sites_sites_pkey PRIMARY KEY (code)
);

CREATE TABLE status_messages (
  seq bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  at bigint NOT NULL,
  message_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  severity text COLLATE "C" NOT NULL,
  component text COLLATE "C" NOT NULL,
  machine_id text COLLATE "C",
  params text COLLATE "C" NOT NULL,
  CONSTRAINT status_messages_pkey PRIMARY KEY (seq)
);

CREATE INDEX status_messages_at ON public.status_messages USING btree (at);

CREATE INDEX status_messages_component ON public.status_messages USING btree (component, seq);

CREATE INDEX status_messages_machine ON public.status_messages USING btree (machine_id, seq);

CREATE INDEX status_messages_severity ON public.status_messages USING btree (severity, seq);

CREATE TABLE status_objects (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  CONSTRAINT status_objects_pkey PRIMARY KEY (kind, id, seq),
  CONSTRAINT status_objects_seq_fkey FOREIGN KEY (seq) REFERENCES status_messages(seq) ON DELETE CASCADE
);

CREATE INDEX status_objects_seq ON public.status_objects USING btree (seq);

CREATE TABLE updates_deployments (
  deployment_id text COLLATE "C" NOT NULL,
  package_id text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  CONSTRAINT updates_deployments_pkey PRIMARY KEY (deployment_id)
);

CREATE INDEX updates_deployments_package ON public.updates_deployments USING btree (package_id, fingerprint);

CREATE TABLE updates_evidence (
  machine_id text COLLATE "C" NOT NULL,
  package_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  verdict text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  CONSTRAINT updates_evidence_pkey PRIMARY KEY (machine_id, package_id)
);

CREATE TABLE updates_machines (
  machine_id text COLLATE "C" NOT NULL,
  started_at bigint,
  is_opted_out bigint NOT NULL,
  restart_run_id text COLLATE "C",
  known_at bigint,
  is_restart_needed bigint NOT NULL DEFAULT 0,
  CONSTRAINT updates_machines_pkey PRIMARY KEY (machine_id)
);

CREATE TABLE updates_opted_collections (
  collection_id text COLLATE "C" NOT NULL,
  CONSTRAINT updates_opted_collections_pkey PRIMARY KEY (collection_id)
);

CREATE TABLE updates_packages (
  package_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  open_ring bigint NOT NULL,
  is_judged bigint NOT NULL,
  enough_since bigint,
  next_at bigint,
  held text COLLATE "C",
  changed_at bigint NOT NULL,
  CONSTRAINT updates_packages_pkey PRIMARY KEY (package_id)
);

CREATE INDEX updates_packages_next ON public.updates_packages USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE TABLE updates_pairs (
  machine_id text COLLATE "C" NOT NULL,
  package_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  reason text COLLATE "C",
  until bigint,
  ring bigint NOT NULL,
  since bigint,
  attempts bigint NOT NULL,
  retry_at bigint,
  held text COLLATE "C",
  is_continuing bigint NOT NULL,
  is_delivered bigint NOT NULL,
  run_id text COLLATE "C",
  goal_id text COLLATE "C",
  last_error text COLLATE "C",
  is_blameless bigint NOT NULL DEFAULT 0,
  CONSTRAINT updates_pairs_pkey PRIMARY KEY (machine_id, package_id)
);

CREATE INDEX updates_pairs_package ON public.updates_pairs USING btree (package_id, state, machine_id);

CREATE INDEX updates_pairs_run ON public.updates_pairs USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE INDEX updates_pairs_until ON public.updates_pairs USING btree (until) WHERE (until IS NOT NULL);

CREATE TABLE updates_policy (
  id bigint NOT NULL,
  body text COLLATE "C" NOT NULL,
  CONSTRAINT updates_policy_pkey PRIMARY KEY (id)
);

CREATE TABLE users_links (
  hash text COLLATE "C" NOT NULL,
  user_id text COLLATE "C",
  expires_at bigint NOT NULL,
  CONSTRAINT users_links_pkey PRIMARY KEY (hash),
  CONSTRAINT users_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users_users(id) ON DELETE CASCADE
);

CREATE TABLE users_sessions (
  hash text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  csrf text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  CONSTRAINT users_sessions_pkey PRIMARY KEY (hash),
  CONSTRAINT users_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users_users(id) ON DELETE CASCADE
);

CREATE INDEX users_sessions_expiry ON public.users_sessions USING btree (expires_at);

CREATE INDEX users_sessions_user ON public.users_sessions USING btree (user_id);

CREATE TABLE users_tokens (
  id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint,
  last_used_at bigint,
  CONSTRAINT users_tokens_hash_key UNIQUE (hash),
  CONSTRAINT users_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT users_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users_users(id) ON DELETE CASCADE
);

CREATE INDEX users_tokens_user ON public.users_tokens USING btree (user_id);

CREATE TABLE users_users (
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  display_name text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  collection_scope text COLLATE "C",
  password_hash text COLLATE "C",
  is_disabled bigint NOT NULL,
  created_at bigint NOT NULL,
  last_sign_in_at bigint,
  CONSTRAINT users_users_name_key_key UNIQUE (name_key),
  CONSTRAINT users_users_pkey PRIMARY KEY (id)
);
