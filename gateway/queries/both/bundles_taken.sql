select number, folder, digest from bundles order by number
