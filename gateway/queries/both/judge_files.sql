select kept, file, content from judge_files order by kept, file
