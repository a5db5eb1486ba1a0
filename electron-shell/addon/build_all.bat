@echo off
rem The old addon was compiled here. This one is plain JavaScript beside an engine of its own.
echo There is nothing to build: native-audio is plain JavaScript now.
exit /b 0
