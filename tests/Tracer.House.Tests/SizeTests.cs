// SPDX-License-Identifier: Apache-2.0
namespace Tracer.House.Tests;

/// <summary>Files, methods and hooks stay small enough to read at once.</summary>
public sealed class SizeTests
{
    private const int FileLimit = 400;
    private const int MethodLimit = 40;
    private const int HookLimit = 30;

    [Fact]
    public void No_source_file_is_longer_than_the_limit() =>
        Repository.AssertNone(
            from path in Repository.Files
            where Repository.IsSource(path)
            let lines = Repository.ReadLines(path).Length
            where lines > FileLimit
            select $"{path}: {lines}",
            $"files over {FileLimit} lines");

    [Fact]
    public void No_method_is_longer_than_a_screen() =>
        Repository.AssertNone(
            from path in Repository.CSharpFiles
            from member in CSharpOutline.Of(Repository.Read(path)).Members
            where member.Lines > MethodLimit
            select $"{path}:{member.FirstLine}: {member.Name} has {member.Lines} lines",
            $"members over {MethodLimit} lines");

    [Fact]
    public void No_hook_and_no_kernel_function_is_too_long() =>
        Repository.AssertNone(
            from path in Repository.BpfFiles
            from function in CFunction.In(Repository.Read(path))
            let limit = function.Section is null ? MethodLimit : HookLimit
            where function.Lines > limit
            select $"{path}:{function.FirstLine}: {function.Name} has {function.Lines} lines, the limit is {limit}",
            $"hooks over {HookLimit} or functions over {MethodLimit} lines");
}
