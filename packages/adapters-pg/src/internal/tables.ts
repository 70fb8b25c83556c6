/** Alga PSA's tables that this project reads, and their neighbours: columns, keys and checks. Separated by `;`. */
export const tables = `
CREATE TABLE tenants (
  tenant uuid DEFAULT gen_random_uuid() NOT NULL,
  client_name text NOT NULL,
  phone_number text,
  email text NOT NULL,
  industry text,
  created_at timestamptz,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  payment_platform_id text,
  payment_method_id text,
  auth_service_id text,
  plan text,
  tax_id_number varchar(255),
  licensed_user_count integer,
  last_license_update timestamptz,
  stripe_event_id varchar(255),
  billing_source text DEFAULT 'stripe'::text NOT NULL,
  product_code text DEFAULT 'psa'::text,
  suspended_at timestamptz,
  suspended_reason text,
  CONSTRAINT tenants_pkey PRIMARY KEY (tenant),
  CONSTRAINT tenants_product_code_check CHECK (((product_code IS NOT NULL) AND (product_code = ANY (ARRAY['psa'::text, 'algadesk'::text])))),
  CONSTRAINT tenants_suspended_reason_check CHECK ((((suspended_at IS NULL) AND (suspended_reason IS NULL)) OR ((suspended_at IS NOT NULL) AND (suspended_reason = 'tenant_cancelled'::text))))
);

CREATE TABLE clients (
  tenant uuid NOT NULL,
  client_id uuid DEFAULT gen_random_uuid() NOT NULL,
  client_name text NOT NULL,
  url text,
  properties jsonb,
  billing_type text,
  payment_terms text,
  credit_limit bigint,
  preferred_payment_method text,
  auto_invoice boolean DEFAULT false,
  invoice_delivery_method text,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  is_inactive boolean DEFAULT false,
  client_type text DEFAULT 'company'::text NOT NULL,
  is_tax_exempt boolean DEFAULT false NOT NULL,
  tax_exemption_certificate varchar(255),
  tax_id_number varchar(255),
  notes text,
  billing_cycle text DEFAULT 'monthly'::text NOT NULL,
  timezone varchar(255),
  notes_document_id uuid,
  invoice_template_id uuid,
  billing_contact_id uuid,
  billing_email varchar(255),
  region_code varchar(255),
  account_manager_id uuid,
  default_currency_code varchar(3) DEFAULT 'USD'::varchar NOT NULL,
  sla_policy_id uuid,
  entra_tenant_id text,
  entra_primary_domain text,
  inbound_ticket_defaults_id uuid,
  lifecycle_status text DEFAULT 'active'::text NOT NULL,
  CONSTRAINT clients_pkey PRIMARY KEY (tenant, client_id),
  CONSTRAINT clients_client_id_unique UNIQUE (client_id),
  CONSTRAINT clients_tenant_client_name_unique UNIQUE (tenant, client_name),
  CONSTRAINT clients_billing_cycle_check CHECK ((billing_cycle = ANY (ARRAY['weekly'::text, 'bi-weekly'::text, 'monthly'::text, 'quarterly'::text, 'semi-annually'::text, 'annually'::text]))),
  CONSTRAINT clients_client_type_check CHECK ((client_type = ANY (ARRAY['company'::text, 'individual'::text]))),
  CONSTRAINT clients_lifecycle_status_check CHECK ((lifecycle_status = ANY (ARRAY['prospect'::text, 'active'::text, 'former'::text])))
);

CREATE TABLE users (
  tenant uuid NOT NULL,
  user_id uuid DEFAULT gen_random_uuid() NOT NULL,
  username text NOT NULL,
  hashed_password text NOT NULL,
  first_name text,
  last_name text,
  date_of_birth timestamptz,
  email text NOT NULL,
  icon text,
  auth_method text,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  two_factor_enabled boolean DEFAULT false,
  two_factor_secret text,
  is_google_user boolean DEFAULT false,
  rate bigint,
  is_inactive boolean DEFAULT false,
  user_type text DEFAULT 'internal'::text NOT NULL,
  contact_id uuid,
  needs_contact_association boolean DEFAULT false,
  phone varchar(255),
  timezone varchar(255),
  last_login_at timestamptz,
  last_login_method varchar(50),
  two_factor_required_new_device boolean DEFAULT false,
  reports_to uuid,
  client_portal_entra_metadata jsonb,
  phone_extension text,
  CONSTRAINT users_pkey PRIMARY KEY (tenant, user_id, email),
  CONSTRAINT users_tenant_user_id_unique UNIQUE (tenant, user_id),
  CONSTRAINT users_user_type_check CHECK ((user_type = ANY (ARRAY['internal'::text, 'client'::text])))
);

CREATE TABLE contacts (
  tenant uuid NOT NULL,
  contact_name_id uuid DEFAULT gen_random_uuid() NOT NULL,
  full_name text,
  email text,
  role text,
  approver boolean,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  is_inactive boolean DEFAULT false,
  notes text,
  is_client_admin boolean DEFAULT false NOT NULL,
  client_id uuid,
  notes_document_id uuid,
  entra_object_id text,
  entra_sync_source text,
  last_entra_sync_at timestamptz,
  entra_user_principal_name text,
  entra_account_enabled boolean,
  entra_sync_status text,
  entra_sync_status_reason text,
  inbound_ticket_defaults_id uuid,
  portal_visibility_group_id uuid,
  primary_email_canonical_type text,
  primary_email_custom_type_id uuid,
  CONSTRAINT contacts_pkey PRIMARY KEY (tenant, contact_name_id),
  CONSTRAINT contacts_tenant_email_unique UNIQUE (tenant, email)
);

CREATE TABLE service_catalog (
  tenant uuid NOT NULL,
  service_id uuid DEFAULT gen_random_uuid() NOT NULL,
  service_name text NOT NULL,
  description text,
  default_rate bigint,
  unit_of_measure text,
  category_id uuid,
  billing_method text NOT NULL,
  custom_service_type_id uuid NOT NULL,
  tax_rate_id uuid,
  item_kind text DEFAULT 'service'::text NOT NULL,
  is_active boolean DEFAULT true NOT NULL,
  sku text,
  cost bigint,
  vendor text,
  manufacturer text,
  product_category text,
  is_license boolean DEFAULT false NOT NULL,
  license_term text,
  license_billing_cadence text,
  cost_currency varchar(3) DEFAULT 'USD'::varchar,
  barcode text,
  CONSTRAINT service_catalog_pkey PRIMARY KEY (tenant, service_id),
  CONSTRAINT service_catalog_item_kind_check CHECK ((item_kind = ANY (ARRAY['service'::text, 'product'::text])))
);

CREATE TABLE service_types (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant uuid NOT NULL,
  name text NOT NULL,
  standard_service_type_id uuid,
  is_active boolean DEFAULT true,
  description text,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  order_number integer,
  CONSTRAINT service_types_pkey PRIMARY KEY (id),
  CONSTRAINT service_types_tenant_id_name_unique UNIQUE (tenant, name),
  CONSTRAINT service_types_tenant_order_number_unique UNIQUE (tenant, order_number)
);

CREATE TABLE service_prices (
  price_id uuid DEFAULT gen_random_uuid() NOT NULL,
  tenant uuid NOT NULL,
  service_id uuid NOT NULL,
  currency_code varchar(3) NOT NULL,
  rate integer NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT service_prices_pkey PRIMARY KEY (price_id),
  CONSTRAINT service_prices_tenant_service_id_currency_code_unique UNIQUE (tenant, service_id, currency_code)
);

CREATE TABLE roles (
  tenant uuid NOT NULL,
  role_id uuid DEFAULT gen_random_uuid() NOT NULL,
  role_name text NOT NULL,
  description text,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  msp boolean DEFAULT true NOT NULL,
  client boolean DEFAULT false NOT NULL,
  CONSTRAINT roles_pkey PRIMARY KEY (tenant, role_id)
);

CREATE TABLE permissions (
  tenant uuid NOT NULL,
  permission_id uuid DEFAULT gen_random_uuid() NOT NULL,
  resource text NOT NULL,
  action text NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  msp boolean DEFAULT true NOT NULL,
  client boolean DEFAULT false NOT NULL,
  description text,
  CONSTRAINT permissions_pkey PRIMARY KEY (tenant, permission_id)
);

CREATE TABLE role_permissions (
  tenant uuid NOT NULL,
  role_id uuid NOT NULL,
  permission_id uuid NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT role_permissions_pkey PRIMARY KEY (tenant, role_id, permission_id)
);

CREATE TABLE user_roles (
  tenant uuid NOT NULL,
  user_id uuid NOT NULL,
  role_id uuid NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT user_roles_pkey PRIMARY KEY (tenant, user_id, role_id)
);

CREATE TABLE tag_definitions (
  tenant uuid NOT NULL,
  tag_id uuid DEFAULT gen_random_uuid() NOT NULL,
  tag_text text NOT NULL,
  tagged_type text NOT NULL,
  background_color varchar(255),
  text_color varchar(255),
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  board_id uuid,
  CONSTRAINT tag_definitions_pkey PRIMARY KEY (tenant, tag_id),
  CONSTRAINT tag_definitions_tenant_tag_text_tagged_type_unique UNIQUE (tenant, tag_text, tagged_type)
);

CREATE TABLE tag_mappings (
  tenant uuid NOT NULL,
  mapping_id uuid DEFAULT gen_random_uuid() NOT NULL,
  tag_id uuid NOT NULL,
  tagged_id uuid NOT NULL,
  tagged_type text NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  created_by uuid,
  CONSTRAINT tag_mappings_pkey PRIMARY KEY (tenant, mapping_id),
  CONSTRAINT tag_mappings_tenant_tag_id_tagged_id_unique UNIQUE (tenant, tag_id, tagged_id)
);

CREATE TABLE extension_registry (
  id uuid NOT NULL,
  publisher varchar(255) NOT NULL,
  name varchar(255) NOT NULL,
  display_name varchar(255),
  description text,
  created_at timestamptz DEFAULT now(),
  updated_at timestamptz DEFAULT now(),
  CONSTRAINT extension_registry_pkey PRIMARY KEY (id),
  CONSTRAINT extension_registry_publisher_name_unique UNIQUE (publisher, name)
);

CREATE TABLE extension_version (
  id uuid NOT NULL,
  registry_id uuid NOT NULL,
  version varchar(255) NOT NULL,
  runtime varchar(255) NOT NULL,
  main_entry varchar(255) NOT NULL,
  api jsonb DEFAULT '{}'::jsonb NOT NULL,
  ui jsonb,
  capabilities jsonb DEFAULT '[]'::jsonb NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  api_endpoints jsonb DEFAULT '[]'::jsonb NOT NULL,
  CONSTRAINT extension_version_pkey PRIMARY KEY (id),
  CONSTRAINT extension_version_registry_id_version_unique UNIQUE (registry_id, version)
);

CREATE TABLE extension_bundle (
  id uuid NOT NULL,
  version_id uuid NOT NULL,
  content_hash varchar(255) NOT NULL,
  signature text,
  precompiled jsonb,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  storage_url text,
  size_bytes bigint,
  CONSTRAINT extension_bundle_pkey PRIMARY KEY (id),
  CONSTRAINT extension_bundle_version_id_content_hash_unique UNIQUE (version_id, content_hash)
);

CREATE TABLE tenant_extension_install (
  id uuid NOT NULL,
  tenant_id varchar(255) NOT NULL,
  registry_id uuid NOT NULL,
  version_id uuid NOT NULL,
  granted_caps jsonb DEFAULT '[]'::jsonb NOT NULL,
  config jsonb DEFAULT '{}'::jsonb NOT NULL,
  is_enabled boolean DEFAULT true NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  status text DEFAULT 'enabled'::text NOT NULL,
  runner_domain text,
  runner_status jsonb DEFAULT '{"state": "pending"}'::jsonb NOT NULL,
  runner_ref jsonb,
  CONSTRAINT tenant_extension_install_pkey PRIMARY KEY (id),
  CONSTRAINT tenant_extension_install_runner_domain_unique UNIQUE (runner_domain),
  CONSTRAINT tenant_extension_install_tenant_id_registry_id_unique UNIQUE (tenant_id, registry_id),
  CONSTRAINT tenant_extension_install_status_chk CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text, 'pending'::text])))
);

CREATE TABLE tenant_extension_install_config (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  install_id uuid NOT NULL,
  tenant_id varchar(255) NOT NULL,
  config jsonb DEFAULT '{}'::jsonb NOT NULL,
  providers jsonb DEFAULT '[]'::jsonb NOT NULL,
  version varchar(255) DEFAULT (gen_random_uuid())::text NOT NULL,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT tenant_extension_install_config_pkey PRIMARY KEY (id)
);

CREATE TABLE tenant_extension_install_secrets (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  install_id uuid NOT NULL,
  tenant_id varchar(255) NOT NULL,
  ciphertext text NOT NULL,
  algorithm varchar(255) DEFAULT 'inline/base64'::varchar NOT NULL,
  transit_key varchar(255),
  transit_mount varchar(255),
  version varchar(255),
  expires_at timestamptz,
  created_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated_at timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT tenant_extension_install_secrets_pkey PRIMARY KEY (id)
)
`
