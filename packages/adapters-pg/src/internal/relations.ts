/** The foreign keys among the tables. */
export const foreignKeys = `
ALTER TABLE clients ADD CONSTRAINT clients_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant) NOT VALID;
ALTER TABLE users ADD CONSTRAINT users_tenant_contact_id_foreign FOREIGN KEY (tenant, contact_id) REFERENCES contacts(tenant, contact_name_id) ON DELETE SET NULL (contact_id);
ALTER TABLE users ADD CONSTRAINT users_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE users ADD CONSTRAINT users_tenant_reports_to_foreign FOREIGN KEY (tenant, reports_to) REFERENCES users(tenant, user_id);
ALTER TABLE contacts ADD CONSTRAINT contacts_client_id_foreign FOREIGN KEY (client_id) REFERENCES clients(client_id) ON DELETE CASCADE;
ALTER TABLE contacts ADD CONSTRAINT contacts_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE service_catalog ADD CONSTRAINT service_catalog_custom_service_type_id_foreign FOREIGN KEY (custom_service_type_id) REFERENCES service_types(id) ON DELETE SET NULL;
ALTER TABLE service_catalog ADD CONSTRAINT service_catalog_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE service_types ADD CONSTRAINT service_types_tenant_id_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant) ON DELETE CASCADE;
ALTER TABLE service_prices ADD CONSTRAINT service_prices_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant) ON DELETE CASCADE;
ALTER TABLE service_prices ADD CONSTRAINT service_prices_tenant_service_id_foreign FOREIGN KEY (tenant, service_id) REFERENCES service_catalog(tenant, service_id) ON DELETE CASCADE;
ALTER TABLE roles ADD CONSTRAINT roles_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE permissions ADD CONSTRAINT permissions_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE role_permissions ADD CONSTRAINT role_permissions_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE role_permissions ADD CONSTRAINT role_permissions_tenant_permission_id_foreign FOREIGN KEY (tenant, permission_id) REFERENCES permissions(tenant, permission_id);
ALTER TABLE role_permissions ADD CONSTRAINT role_permissions_tenant_role_id_foreign FOREIGN KEY (tenant, role_id) REFERENCES roles(tenant, role_id);
ALTER TABLE user_roles ADD CONSTRAINT user_roles_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE user_roles ADD CONSTRAINT user_roles_tenant_role_id_foreign FOREIGN KEY (tenant, role_id) REFERENCES roles(tenant, role_id);
ALTER TABLE user_roles ADD CONSTRAINT user_roles_tenant_user_id_foreign FOREIGN KEY (tenant, user_id) REFERENCES users(tenant, user_id);
ALTER TABLE tag_definitions ADD CONSTRAINT tag_definitions_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE tag_mappings ADD CONSTRAINT tag_mappings_tenant_created_by_foreign FOREIGN KEY (tenant, created_by) REFERENCES users(tenant, user_id);
ALTER TABLE tag_mappings ADD CONSTRAINT tag_mappings_tenant_foreign FOREIGN KEY (tenant) REFERENCES tenants(tenant);
ALTER TABLE tag_mappings ADD CONSTRAINT tag_mappings_tenant_tag_id_foreign FOREIGN KEY (tenant, tag_id) REFERENCES tag_definitions(tenant, tag_id) ON DELETE CASCADE;
ALTER TABLE extension_version ADD CONSTRAINT extension_version_registry_id_foreign FOREIGN KEY (registry_id) REFERENCES extension_registry(id) ON DELETE CASCADE;
ALTER TABLE extension_bundle ADD CONSTRAINT extension_bundle_version_id_foreign FOREIGN KEY (version_id) REFERENCES extension_version(id) ON DELETE CASCADE;
ALTER TABLE tenant_extension_install ADD CONSTRAINT tenant_extension_install_registry_id_foreign FOREIGN KEY (registry_id) REFERENCES extension_registry(id) ON DELETE CASCADE;
ALTER TABLE tenant_extension_install ADD CONSTRAINT tenant_extension_install_version_id_foreign FOREIGN KEY (version_id) REFERENCES extension_version(id);
ALTER TABLE tenant_extension_install_config ADD CONSTRAINT tenant_extension_install_config_install_id_fkey FOREIGN KEY (install_id) REFERENCES tenant_extension_install(id) ON DELETE CASCADE;
ALTER TABLE tenant_extension_install_secrets ADD CONSTRAINT tenant_extension_install_secrets_install_id_fkey FOREIGN KEY (install_id) REFERENCES tenant_extension_install(id) ON DELETE CASCADE
`

/** The indexes that Alga PSA itself has on the tables. */
export const indexes = `
CREATE INDEX idx_tenants_tenant_stripe_event ON tenants USING btree (tenant, stripe_event_id);
CREATE INDEX idx_clients_entra_tenant ON clients USING btree (tenant, entra_tenant_id);
CREATE INDEX idx_clients_sla_policy ON clients USING btree (tenant, sla_policy_id);
CREATE INDEX idx_clients_tenant_account_manager ON clients USING btree (tenant, account_manager_id);
CREATE INDEX idx_clients_tenant_client_name ON clients USING btree (tenant, client_name);
CREATE INDEX idx_clients_tenant_client_type ON clients USING btree (tenant, client_type);
CREATE INDEX idx_clients_tenant_inactive_name ON clients USING btree (tenant, is_inactive, client_name);
CREATE INDEX idx_clients_tenant_inbound_ticket_defaults ON clients USING btree (tenant, inbound_ticket_defaults_id);
CREATE INDEX idx_clients_tenant_region_code ON clients USING btree (tenant, region_code);
CREATE INDEX idx_clients_tenant_url ON clients USING btree (tenant, url);
CREATE INDEX users_contact_id_index ON users USING btree (contact_id);
CREATE INDEX contacts_is_client_admin_index ON contacts USING btree (is_client_admin);
CREATE INDEX idx_contacts_entra_object ON contacts USING btree (tenant, entra_object_id);
CREATE INDEX idx_contacts_notes_document ON contacts USING btree (tenant, notes_document_id) WHERE (notes_document_id IS NOT NULL);
CREATE INDEX idx_contacts_tenant_inbound_ticket_defaults ON contacts USING btree (tenant, inbound_ticket_defaults_id);
CREATE INDEX idx_service_catalog_item_kind ON service_catalog USING btree (tenant, item_kind);
CREATE INDEX idx_service_catalog_product_name ON service_catalog USING btree (tenant, service_name) WHERE (item_kind = 'product'::text);
CREATE UNIQUE INDEX service_catalog_product_barcode_unique ON service_catalog USING btree (tenant, barcode) WHERE ((barcode IS NOT NULL) AND (item_kind = 'product'::text));
CREATE UNIQUE INDEX service_catalog_product_sku_unique ON service_catalog USING btree (tenant, sku) WHERE ((sku IS NOT NULL) AND (item_kind = 'product'::text));
CREATE INDEX idx_service_prices_currency ON service_prices USING btree (currency_code);
CREATE INDEX idx_service_prices_service ON service_prices USING btree (service_id);
CREATE INDEX idx_service_prices_tenant_service ON service_prices USING btree (tenant, service_id);
CREATE INDEX idx_roles_client ON roles USING btree (client);
CREATE INDEX idx_roles_msp ON roles USING btree (msp);
CREATE INDEX idx_permissions_client ON permissions USING btree (client);
CREATE INDEX idx_permissions_msp ON permissions USING btree (msp);
CREATE INDEX tag_definitions_tenant_tag_text_index ON tag_definitions USING btree (tenant, tag_text);
CREATE INDEX tag_definitions_tenant_tagged_type_index ON tag_definitions USING btree (tenant, tagged_type);
CREATE INDEX tag_mappings_tenant_tag_id_index ON tag_mappings USING btree (tenant, tag_id);
CREATE INDEX tag_mappings_tenant_tagged_id_tagged_type_index ON tag_mappings USING btree (tenant, tagged_id, tagged_type);
CREATE INDEX tag_mappings_tenant_tagged_type_index ON tag_mappings USING btree (tenant, tagged_type);
CREATE INDEX extension_registry_publisher_name_idx ON extension_registry USING btree (publisher, name);
CREATE INDEX extension_version_registry_version_idx ON extension_version USING btree (registry_id, version);
CREATE INDEX extension_bundle_content_hash_idx ON extension_bundle USING btree (content_hash);
CREATE INDEX tenant_extension_install_runner_domain_idx ON tenant_extension_install USING btree (runner_domain);
CREATE INDEX tenant_extension_install_tenant_id_index ON tenant_extension_install USING btree (tenant_id);
CREATE INDEX tenant_extension_install_tenant_registry_idx ON tenant_extension_install USING btree (tenant_id, registry_id);
CREATE UNIQUE INDEX tenant_extension_install_config_install_id_unique ON tenant_extension_install_config USING btree (install_id);
CREATE INDEX tenant_extension_install_config_install_id_version_idx ON tenant_extension_install_config USING btree (install_id, version);
CREATE INDEX tenant_extension_install_config_tenant_id_idx ON tenant_extension_install_config USING btree (tenant_id);
CREATE INDEX tenant_extension_install_secrets_install_id_idx ON tenant_extension_install_secrets USING btree (install_id);
CREATE UNIQUE INDEX tenant_extension_install_secrets_install_id_unique ON tenant_extension_install_secrets USING btree (install_id);
CREATE INDEX tenant_extension_install_secrets_tenant_id_idx ON tenant_extension_install_secrets USING btree (tenant_id)
`
