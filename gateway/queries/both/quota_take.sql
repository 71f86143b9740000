insert into quota_minutes (partner_id, minute, handed_out, last) values ($1, $2, $3, $3)
on conflict (partner_id, minute) do update set
    last = case
        when quota_minutes.handed_out + $3 <= $4 then $3
        when quota_minutes.handed_out < $4 then $4 - quota_minutes.handed_out
        else 0
    end,
    handed_out = case
        when quota_minutes.handed_out + $3 <= $4 then quota_minutes.handed_out + $3
        when quota_minutes.handed_out < $4 then $4
        else quota_minutes.handed_out
    end
returning last
