// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;

namespace Tracer.Tests.Output;

public sealed class StackTextTests
{
    [Theory]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6", true)]
    [InlineData("/lib/libc-2.31.so", true)]
    [InlineData("/lib/ld-musl-x86_64.so.1", true)]
    [InlineData("/lib64/ld-linux-x86-64.so.2", true)]
    [InlineData("[vdso]", true)]
    [InlineData("/usr/lib/libcurl.so.4", false)]
    [InlineData("/usr/lib/libcrypto.so.3", false)]
    [InlineData("/opt/libc.so.6/app", false)]
    [InlineData("", false)]
    public void The_c_library_is_known_by_its_file_name(string module, bool isSystem) =>
        Assert.Equal(isSystem, StackText.IsSystemLibrary(new Frame { Module = module }));

    [Fact]
    public void The_origin_is_the_first_named_frame_outside_the_c_library() =>
        Assert.Equal("open_pool", StackText.FirstOwnFunction([Libc(), Unnamed(), Named("open_pool"), Named("main")]));

    [Fact]
    public void Without_names_the_origin_is_a_place_in_a_module() => Assert.Equal("app+0x42", StackText.FirstOwnFunction([Libc(), Unnamed()]));

    [Fact]
    public void A_stack_of_nothing_but_the_c_library_has_no_origin()
    {
        Assert.Null(StackText.FirstOwnFunction([Libc()]));
        Assert.Null(StackText.FirstOwnFunction([]));
    }

    [Fact]
    public void A_bare_address_is_no_origin() => Assert.Null(StackText.FirstOwnFunction([Libc(), new Frame { Address = 0x1234 }]));

    [Fact]
    public void A_frame_of_generated_code_shows_its_address() =>
        Assert.Equal("0x7f00dead", StackText.Line(new Frame { Address = 0x7f00dead }));

    [Fact]
    public void Names_from_a_hostile_binary_are_cleaned()
    {
        var frame = new Frame { Function = "f\e[2J", Module = "/tmp/m\n", File = "\u202ec.c", Line = 3, Offset = 16 };
        Assert.Equal("f?[2J+0x10 (m?) at ?c.c:3", StackText.Line(frame));
        Assert.Equal("f?[2J", StackText.FirstOwnFunction([frame]));
        Assert.Equal("f?[2J", StackText.Path([frame], 4));
    }

    [Fact]
    public void A_long_path_says_that_it_goes_on() =>
        Assert.Equal("a < b < …", StackText.Path([Libc(), Named("a"), Named("b"), Named("c")], 2));

    private static Frame Libc() => new() { Function = "connect", Module = "/lib/libc.so.6" };

    private static Frame Unnamed() => new() { Module = "/opt/app", Offset = 0x42 };

    private static Frame Named(string function) => new() { Function = function, Module = "/opt/app" };
}
