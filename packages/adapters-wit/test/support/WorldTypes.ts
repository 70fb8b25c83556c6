/** The types of the world that a handler takes and gives, as the text of a component imports them. */
export const worldTypes = `
  (type $types-of-world (instance
    (type $option (option string))
    (type $c (record (field "request-id" $option) (field "tenant-id" string) (field "extension-id" string)
      (field "install-id" $option) (field "version-id" $option)))
    (export "context-data" (type $context (eq $c)))
    (type $h (record (field "name" string) (field "value" string)))
    (export "http-header" (type $header (eq $h)))
    (type $headers (list $header))
    (type $bytes (list u8))
    (type $body (option $bytes))
    (type $r (record (field "method" string) (field "url" string) (field "headers" $headers) (field "body" $body)))
    (export "http-request" (type $http (eq $r)))
    (type $q (record (field "context" $context) (field "http" $http)))
    (export "execute-request" (type (eq $q)))
    (type $s (record (field "status" u16) (field "headers" $headers) (field "body" $body)))
    (export "execute-response" (type (eq $s)))))
  (import "alga:extension/types" (instance $types (type $types-of-world)))
  (alias export $types "execute-request" (type $request-of-world))
  (import "execute-request" (type $request (eq $request-of-world)))
  (alias export $types "execute-response" (type $response-of-world))
  (import "execute-response" (type $response (eq $response-of-world)))`
