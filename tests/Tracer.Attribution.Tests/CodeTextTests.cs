// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Tests;

public sealed class CodeTextTests
{
    private static readonly StackFrame Recv = new("recv", "/lib/x86_64-linux-gnu/libc.so.6", 0x19, 1, "", "", 0);
    private static readonly StackFrame Read = new("on_readable", "/srv/game/server", 0x20, 2, "", "/src/game/server.cpp", 41, CodeKind.Native);
    private static readonly StackFrame Loop = new("_PyEval_EvalFrameDefault", "/usr/bin/python3", 0x30, 3, "", "", 0, CodeKind.Stub);
    private static readonly StackFrame Unnamed = new("", "/srv/orders/orders", 0x13b4, 4, "", "", 0);
    private static readonly StackFrame Named = new("handle_order", "/srv/orders/orders", 0x40, 5, "", "", 0);
    private static readonly StackFrame Bare = new("", "", 0, 0x7f00_1234, "", "", 0);

    [Fact]
    public void The_user_frame_is_the_line_to_show() =>
        Assert.Equal("on_readable (server.cpp:41)", CodeText.LineToShow(Stack(2, Recv, Named, Read)));

    [Fact]
    public void Without_one_it_is_the_first_name_outside_system_libraries_and_runtimes() =>
        Assert.Equal("handle_order", CodeText.LineToShow(Stack(null, Recv, Loop, Unnamed, Named, Read)));

    [Fact]
    public void Without_a_name_it_is_the_first_place_in_a_file() =>
        Assert.Equal("orders+0x13b4", CodeText.LineToShow(Stack(null, Recv, Bare, Unnamed)));

    [Fact]
    public void A_bare_address_or_a_system_library_is_no_line_to_show()
    {
        Assert.Equal("", CodeText.LineToShow(Stack(null, Recv, Bare)));
        Assert.Equal("", CodeText.LineToShow(Stack(null)));
        Assert.Equal("", CodeText.LineToShow(null));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void A_user_frame_that_is_not_there_counts_as_none(int userFrame) =>
        Assert.Equal("handle_order", CodeText.LineToShow(Stack(userFrame, Recv, Named, Read)));

    [Fact]
    public void A_line_without_a_number_names_the_file() =>
        Assert.Equal("on_readable (server.cpp)", CodeText.Line(Read with { Line = 0 }));

    [Fact]
    public void A_place_in_a_script_that_has_no_function_is_its_file() =>
        Assert.Equal("index.php:7", CodeText.Line(Bare with { File = "/var/www/index.php", Line = 7 }));

    private static StackReport Stack(int? userFrame, params StackFrame[] frames) => new(1, 1000, frames, FpOnly: false, Truncated: false) { UserFrame = userFrame };
}
