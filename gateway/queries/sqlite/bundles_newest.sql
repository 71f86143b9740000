select number, folder, digest from bundles order by number desc limit 2
