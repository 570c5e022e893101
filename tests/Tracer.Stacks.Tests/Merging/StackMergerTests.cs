// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Merging;
using Xunit;

namespace Tracer.Stacks.Tests.Merging;

public sealed class StackMergerTests
{
    [Fact]
    public void V8_interpreter_without_names_is_nobodys_code()
    {
        MergedStack stack = Merge(FrameKind.JavaScript, "write@libc.so.6 Builtins_InterpreterEntryTrampoline@node uv_run@node");
        Assert.Equal("write (libc.so.6) < [Builtins_InterpreterEntryTrampoline] < uv_run (node)", Frames.Text(stack.Frames));
        Assert.Null(stack.UserFrame);
    }

    [Fact]
    public void A_python_script_reads_from_the_system_call_to_its_first_line()
    {
        MergedStack stack = Merge(
            FrameKind.Python, "recv@libc.so.6 sock_recv@python3.11 _PyEval_EvalFrameDefault@python3.11 run_mod@python3.11 main@python3.11",
            "user_read@srv.py:3", "handle@srv.py:6", "serve@srv.py:9");
        Assert.Equal("recv (libc.so.6) < sock_recv (python3.11) < user_read srv.py:3 < handle srv.py:6 < serve srv.py:9 < run_mod (python3.11) < main (python3.11)", Frames.Text(stack.Frames));
        Assert.Equal(2, stack.UserFrame);
        Assert.All(stack.Frames.Skip(2).Take(3), frame => Assert.Equal(FrameKind.Python, frame.Kind));
    }

    [Fact]
    public void Up_to_python_3_10_every_loop_is_one_frame() => Assert.Equal(
        "recv (libc.so.6) < a srv.py:1 < _PyFunction_Vectorcall (python3.9) < b srv.py:2 < main (python3.9)",
        Text(FrameKind.Python, "recv@libc.so.6 _PyEval_EvalFrameDefault.cold@python3.9 _PyEval_EvalFrame@python3.9 _PyFunction_Vectorcall@python3.9 _PyEval_EvalFrameDefault@python3.9 main@python3.9", "a@srv.py:1", "b@srv.py:2"));

    [Fact]
    public void Where_loops_and_frames_cannot_be_matched_the_order_of_the_code_is_kept() => Assert.Equal(
        "recv (libc.so.6) < a srv.py:1 < b srv.py:2 < run threading.py:3 < method_vectorcall (python3.11) < thread_run (python3.11)",
        Text(FrameKind.Python, "recv@libc.so.6 _PyEval_EvalFrameDefault@python3.11 method_vectorcall@python3.11 _PyEval_EvalFrameDefault@python3.11 thread_run@python3.11", "a@srv.py:1", "b@srv.py:2", "run@threading.py:3"));

    [Fact]
    public void An_interpreter_frame_that_could_not_be_named_keeps_its_place() => Assert.Equal(
        "a srv.py:1 < ? Python < c srv.py:3",
        Text(FrameKind.Python, "_PyEval_EvalFrameDefault@python3.11", "a@srv.py:1", "", "c@srv.py:3"));

    [Fact]
    public void A_php_function_that_calls_back_parts_the_frames_of_two_loops() => Assert.Equal(
        "connect (libc.so.6) < zif_fsockopen (libphp.so) < fsockopen < q x.php:5 < zif_array_map (libphp.so) < array_map < load x.php:9 < {main} x.php:12 < php_execute_script (libphp.so)",
        Text(
            FrameKind.Php, "connect@libc.so.6 zif_fsockopen@libphp.so ZEND_DO_ICALL_SPEC_RETVAL_USED_HANDLER@libphp.so execute_ex@libphp.so zif_array_map@libphp.so execute_ex@libphp.so zend_execute@libphp.so php_execute_script@libphp.so",
            "fsockopen", "q@x.php:5", "array_map", "load@x.php:9", "{main}@x.php:12"));

    [Fact]
    public void A_php_stack_with_another_number_of_loops_stays_in_order() => Assert.Equal(
        "q x.php:5 < load x.php:9 < {main} x.php:12 < zend_call_function (libphp.so)",
        Text(FrameKind.Php, "execute_ex@libphp.so zend_call_function@libphp.so execute_ex@libphp.so", "q@x.php:5", "load@x.php:9", "{main}@x.php:12"));

    [Fact]
    public void Each_java_interpreter_frame_is_one_method() => Assert.Equal(
        "Java_connect (libnet.so) < java.net.Socket.connect < Srv.open < Srv.run < [StubRoutines] < JavaMain (libjli.so)",
        Text(FrameKind.Java, "Java_connect@libnet.so java.net.Socket.connect! Interpreter! Interpreter! StubRoutines@ JavaMain@libjli.so", "Srv.open", "Srv.run"));

    [Fact]
    public void Interpreter_frames_of_java_beyond_those_that_were_copied_stay_stubs()
    {
        MergedStack stack = Merge(FrameKind.Java, "Interpreter! Interpreter! JavaMain@libjli.so", "Srv.open");
        Assert.Equal("Srv.open < [Interpreter] < JavaMain (libjli.so)", Frames.Text(stack.Frames));
    }

    [Fact]
    public void A_walk_that_ended_early_is_all_inside_of_the_code() => Assert.Equal(
        "recv (libc.so.6) < sock_recv (python3.11) < a srv.py:1", Text(FrameKind.Python, "recv@libc.so.6 sock_recv@python3.11", isComplete: false, "a@srv.py:1"));

    [Fact]
    public void Without_a_named_loop_the_code_follows_the_system_library() => Assert.Equal(
        "recv (libc.so.6) < a srv.py:1 <  (python3.11) < __libc_start_main (libc.so.6)",
        Text(FrameKind.Python, "recv@libc.so.6 @python3.11 __libc_start_main@libc.so.6", isComplete: true, "a@srv.py:1"));

    [Fact]
    public void Code_alone_is_a_stack_too() => Assert.Equal("a srv.py:1", Text(FrameKind.Python, "", "a@srv.py:1"));

    [Fact]
    public void A_loop_whose_frames_were_not_copied_is_the_runtimes()
    {
        Assert.Equal("recv (libc.so.6) < [_PyEval_EvalFrameDefault] < main (python3.11)", Text(FrameKind.Python, "recv@libc.so.6 _PyEval_EvalFrameDefault@python3.11 main@python3.11"));
        Assert.Equal("execute_ex (app)", Text(FrameKind.Native, "execute_ex@app"));
    }

    [Fact]
    public void Code_inlined_into_interpreted_code_stays_before_it()
    {
        IReadOnlyList<CodeFrame> code = [new CodeFrame("inner", "a.py", 1, FrameKind.Python, IsInlined: true), new CodeFrame("outer", "a.py", 2, FrameKind.Python)];
        MergedStack stack = StackMerger.Merge([Frames.Native("_PyEval_EvalFrameDefault", "python3.11")], [code], FrameKind.Python, true, UserFrameRules.Default);
        Assert.Equal([("inner", true), ("outer", false)], stack.Frames.Select(frame => (frame.Function, frame.IsInlined)));
    }

    private static string Text(FrameKind kind, string native, params string[] code) => Frames.Text(Merge(kind, native, code).Frames);

    private static string Text(FrameKind kind, string native, bool isComplete, params string[] code) => Frames.Text(Merge(kind, native, isComplete, code).Frames);

    private static MergedStack Merge(FrameKind kind, string native, params string[] code) => Merge(kind, native, isComplete: true, code);

    // function@module for native frames, function! for generated code, function@file:line for interpreted code.
    private static MergedStack Merge(FrameKind kind, string native, bool isComplete, string[] code) => StackMerger.Merge(
        [.. native.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseNative)], [.. code.Select(text => ParseCode(kind, text))], kind, isComplete, UserFrameRules.Default);

    private static ResolvedFrame ParseNative(string text)
    {
        if (text.EndsWith('!'))
            return Frames.Code(text.StartsWith("Interpreter", StringComparison.Ordinal) ? FrameKind.Stub : FrameKind.Java, text[..^1]);
        string[] parts = text.Split('@');
        return parts[1].Length == 0 ? Frames.Code(FrameKind.Stub, parts[0]) : Frames.Native(parts[0], "/usr/lib/" + parts[1]);
    }

    private static IReadOnlyList<CodeFrame> ParseCode(FrameKind kind, string text)
    {
        if (text.Length == 0)
            return [];
        string[] parts = text.Split('@', ':');
        return [parts.Length == 1 ? new CodeFrame(parts[0], "", 0, kind) : new CodeFrame(parts[0], parts[1], uint.Parse(parts[2], null), kind)];
    }
}
