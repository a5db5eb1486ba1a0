; An installer ends what runs from the folder that it replaces, all at once and by force: the engine in the middle of a
; recording, too. Here the application is asked first to finish and go, then the engine has time to, before the rest is
; electron-builder's own way.

!include "getProcessInfo.nsh"
!include "nsProcess.nsh"
Var pid
Var waited

!macro WAIT_FOR_END _FILE _TIMES
  StrCpy $waited 0
  ${Do}
    ${nsProcess::FindProcess} "${_FILE}" $R0
    ${If} $R0 <> 0
      ${ExitDo}
    ${EndIf}
    Sleep 250
    IntOp $waited $waited + 1
  ${LoopUntil} $waited >= ${_TIMES}
!macroend

!macro customCheckAppRunning
  !insertmacro IS_POWERSHELL_AVAILABLE
  ${nsProcess::FindProcess} "${APP_EXECUTABLE_FILENAME}" $R0
  ${If} $R0 = 0
  ${AndIf} ${FileExists} "$INSTDIR\${APP_EXECUTABLE_FILENAME}"
    DetailPrint "Letting ${PRODUCT_NAME} finish."
    nsExec::Exec '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" --finish-and-quit'
    Pop $R0
    !insertmacro WAIT_FOR_END "${APP_EXECUTABLE_FILENAME}" 60
  ${EndIf}
  ; An engine whose application has ended finishes its files within seconds.
  !insertmacro WAIT_FOR_END "ionia-engine.exe" 40
  ${nsProcess::Unload}
  !insertmacro _CHECK_APP_RUNNING
!macroend
