-- Was anything of a partner recorded or withdrawn after a position, that goes by one of these references or other names?
select f.position from feed f cross join manifests m
where m.row = f.manifest_row and f.partner_id = $1 and f.position > $2 and f.event in ('RECORDED', 'CANCELLED')
  and (m.manifest_reference in (select value from json_each($3))
       or exists (select 1 from links l where l.partner_id = $1 and l.said in (select value from json_each($4))
                  and l.manifest_reference = m.manifest_reference))
order by f.position limit 1
