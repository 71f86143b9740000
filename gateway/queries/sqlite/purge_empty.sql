-- What nobody can read any more gives its pages back, to be used again.
update manifests set received_sealed = x'', persons_sealed = null where row in (select value from json_each($1))
