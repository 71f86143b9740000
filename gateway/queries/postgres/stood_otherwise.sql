-- Was anything of a partner recorded or withdrawn after a position, that goes by one of these references or other names?
select f.position from feed f cross join manifests m
where m.row = f.manifest_row and f.partner_id = $1 and f.position > $2 and f.event in ('RECORDED', 'CANCELLED')
  and (m.manifest_reference = any ($3::text[])
       or exists (select 1 from links l where l.partner_id = $1 and l.said = any ($4::text[])
                  and l.manifest_reference = m.manifest_reference offset 0)) -- looked up, never hashed
order by f.position limit 1
