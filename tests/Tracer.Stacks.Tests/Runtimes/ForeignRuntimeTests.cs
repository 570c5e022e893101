// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Php;
using Tracer.Stacks.Python;
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Runtimes;

/// <summary>Programs that look like an interpreter, and are one that is not supported, or none.</summary>
public sealed class ForeignRuntimeTests : IDisposable
{
    private const string Main = "#include <stdio.h>\nint main(void) { puts(\"ready\"); fflush(stdout); getchar(); return 0; }\n";

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("executor_globals_offset")]
    [InlineData("executor_globals_id")]
    public void A_thread_safe_php_says_that_it_has_a_native_stack_only(string symbol)
    {
        const string Version = "const char *version = \"X-Powered-By: PHP/8.3.14\";";
        Check(new PhpDetector(), "php8.3", $"{Version} unsigned long {symbol} = 1;", "PHP 8.3.14", "ZTS: native stack only");
    }

    [Fact]
    public void An_unknown_version_of_php_is_not_walked() => Check(
        new PhpDetector(), "php9.1", "char executor_globals[4096];", "PHP 9.1", "unsupported version of PHP: native stack only");

    [Fact]
    public void An_unknown_version_of_python_is_not_walked() => Check(
        new PythonDetector(), "python3.7", "char _PyRuntime[4096];", "CPython 3.7", "unsupported version of CPython: native stack only");

    [Fact]
    public void Offsets_published_by_a_version_that_we_do_not_know_are_not_used() => Check(
        new PythonDetector(), "python3.14", "char _PyRuntime[4096] = \"xdebugpy\\xf0\\x00\\x0e\\x03\";", "CPython 3.14.0",
        "unsupported version of CPython: native stack only");

    [Fact]
    public void An_interpreter_that_has_not_started_is_walked_later()
    {
        using ScriptTarget target = Start("python3.9", "char _PyRuntime[4096]; const char *version = \"3.9.18\";");
        using TargetProcess process = ScriptTarget.Open(target.Pid)!;
        ILanguageRuntime runtime = new PythonDetector().Detect(process)!;
        Assert.Equal(("CPython 3.9.18", "", null), (runtime.Name, runtime.Limitation, runtime.Layout));
        Assert.False(runtime.TryName(new InterpreterFrame(0x1000, 0, 0), []));
    }

    [Fact]
    public void A_program_that_only_has_the_name_is_none()
    {
        using ScriptTarget target = Start("python3-php", "");
        using TargetProcess process = ScriptTarget.Open(target.Pid)!;
        Assert.Null(new PythonDetector().Detect(process));
        Assert.Null(new PhpDetector().Detect(process));
    }

    public void Dispose() => _folder.Dispose();

    private void Check(IRuntimeDetector detector, string program, string source, string name, string limitation)
    {
        using ScriptTarget target = Start(program, source);
        using TargetProcess process = ScriptTarget.Open(target.Pid)!;
        ILanguageRuntime? runtime = detector.Detect(process);
        Assert.NotNull(runtime);
        Assert.Equal((name, limitation, null), (runtime.Name, runtime.Limitation, runtime.Layout));
        Assert.False(runtime.TryName(new InterpreterFrame(0x1000, 0x2000, 0), []));
        Assert.False(runtime.TryName(0x1000, []));
    }

    private ScriptTarget Start(string program, string source)
    {
        File.WriteAllText(_folder["program.c"], $"{source}\n{Main}");
        TargetProgram.Run("gcc", "-rdynamic", "-o", _folder[program], _folder["program.c"]);
        ScriptTarget target = ScriptTarget.Start(_folder[program]);
        target.ReadLine();
        return target;
    }
}
