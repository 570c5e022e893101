// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Node;
using Xunit;

namespace Tracer.Stacks.Tests.Node;

public sealed class ScriptNameTests
{
    [Theory]
    [InlineData("LazyCompile:*userOnData /path/s.js:2:52", "userOnData", "/path/s.js", 2)]
    [InlineData("JS:~userLoop /srv/my shop/s.js:16:18", "userLoop", "/srv/my shop/s.js", 16)]
    [InlineData("JS:^get size node:internal/url:131:8", "get size", "node:internal/url", 131)]
    [InlineData("JS:+run file:///srv/m.mjs:3:1", "run", "file:///srv/m.mjs", 3)]
    [InlineData("JS:~ node:internal/fs/utils:693:42", "(anonymous)", "node:internal/fs/utils", 693)]
    [InlineData("Function:~old /srv/s.js:7", "old", "/srv/s.js", 7)]
    [InlineData("Eval:~ /srv/s.js:1:1", "(top level)", "/srv/s.js", 1)]
    [InlineData("Script:~ evalmachine.<anonymous>:1:1", "(top level)", "evalmachine.<anonymous>", 1)]
    [InlineData("JS:*lonely", "lonely", "", 0)]
    [InlineData("JS:*far /s.js:99999999999:1", "far", "/s.js:99999999999", 1)]
    [InlineData("JS:", "(anonymous)", "", 0)]
    public void Functions_have_name_file_and_line(string text, string function, string file, uint line) =>
        Assert.Equal(new CodeFrame(function, file, line, FrameKind.JavaScript), ScriptName.Parse(text));

    [Theory]
    [InlineData("Builtin:ArrayPrototypeMap")]
    [InlineData("BytecodeHandler:LdaCurrentContextSlot.Wide")]
    [InlineData("RegExp:a+b")]
    [InlineData("Stub:CEntry")]
    [InlineData("whatever")]
    [InlineData("")]
    public void What_nobody_wrote_is_a_stub(string text) => Assert.Equal(new CodeFrame(text, "", 0, FrameKind.Stub), ScriptName.Parse(text));
}
