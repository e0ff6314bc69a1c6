import RedFlags
