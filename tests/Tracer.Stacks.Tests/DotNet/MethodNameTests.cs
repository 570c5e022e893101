// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.DotNet;
using Xunit;

namespace Tracer.Stacks.Tests.DotNet;

/// <summary>The texts are those of .NET 10.0 and of the C# and Visual Basic compilers.</summary>
public sealed class MethodNameTests
{
    [Theory]
    [InlineData("void [app] App::UserSyncRead(int32)[QuickJitted]", "App.UserSyncRead")]
    [InlineData("instance int32 [System.Net.Sockets] System.Net.Sockets.Socket::Receive(uint8[])[PreJIT]", "System.Net.Sockets.Socket.Receive")]
    [InlineData("class System.RuntimeType[] [System.Private.CoreLib] System.RuntimeType::GetTypes()", "System.RuntimeType.GetTypes")]
    [InlineData("instance class [System.Runtime]System.Action`4<int32,valuetype [System.Runtime]System.Memory`1<uint8>> [System.Net.Sockets] System.Net.Sockets.Socket::get_Done()[PreJIT]", "System.Net.Sockets.Socket.get_Done")]
    [InlineData("instance bool [System.Private.CoreLib] System.Collections.Generic.Dictionary`2[System.__Canon,System.__Canon]::TryGetValue(!0,!1&)[PreJIT]", "System.Collections.Generic.Dictionary<,>.TryGetValue")]
    [InlineData("instance void [System.Private.CoreLib] System.Runtime.CompilerServices.AsyncTaskMethodBuilder`1+AsyncStateMachineBox`1[System.Int32,App+<Main>d__1]::MoveNext()", "System.Runtime.CompilerServices.AsyncTaskMethodBuilder<>.AsyncStateMachineBox<>.MoveNext")]
    [InlineData("valuetype Interop/Error [System.Net.Sockets] Interop+Sys::Connect(class [System.Runtime]System.Object,uint8*,int32)[PreJIT]", "Interop.Sys.Connect")]
    [InlineData("instance void [System.Net.Sockets] System.Net.Sockets.Socket::.ctor(int32)", "System.Net.Sockets.Socket..ctor")]
    public void Method_is_named_by_its_type_and_name(string text, string expected) =>
        Assert.Equal(new CodeFrame(expected, "", 0, FrameKind.DotNet), MethodName.Parse(text));

    [Theory]
    [InlineData("App+<UserAsyncInner>d__12", "MoveNext", "App.UserAsyncInner")]
    [InlineData("Space.Outer`1+Inner+<ReadAsync>d__3`2[System.Int32,System.__Canon,System.__Canon]", "MoveNext", "Space.Outer<>.Inner.ReadAsync")]
    [InlineData("App+<Numbers>d__2", "System.Collections.IEnumerator.MoveNext", "App.Numbers")]
    [InlineData("App+<Numbers>d__2", "<>m__Finally1", "App.Numbers.<>m__Finally1")]
    [InlineData("App+<Numbers>d__2", "SetStateMachine", "App.Numbers.SetStateMachine")]
    [InlineData("App+<>c", "<Main>b__0_1", "App.Main.lambda")]
    [InlineData("App+<>c__DisplayClass3_0`1[System.Int32]", "<Run>b__0", "App.Run.lambda")]
    [InlineData("System.Threading.Tasks.Task+<>c", "<.cctor>b__4_0", "System.Threading.Tasks.Task..cctor.lambda")]
    [InlineData("App", "<Main>g__Local|0_0", "App.Main.Local")]
    [InlineData("App+<<Main>g__Local|0_0>d", "MoveNext", "App.Main.Local")]
    [InlineData("App+<>c+<<Main>b__0_0>d", "MoveNext", "App.Main.lambda")]
    [InlineData("Program", "<Main>$", "Program.Main")]
    [InlineData("Program+<<Main>$>d__0", "MoveNext", "Program.Main")]
    [InlineData("Program+<>c__DisplayClass0_0+<<<Main>$>b__0>d", "MoveNext", "Program.Main.lambda")]
    [InlineData("App+<System-Collections-Generic-IEnumerable<T>-GetEnumerator>d__1", "MoveNext", "App.System-Collections-Generic-IEnumerable<T>-GetEnumerator")]
    [InlineData("Shop+VB$StateMachine_12_Read", "MoveNext", "Shop.Read")]
    [InlineData("App", "<", "App.<")]
    [InlineData("App", "<<<<", "App.<<<<")]
    [InlineData("", "<>x", "<>x")]
    public void Compiler_made_names_become_the_written_ones(string type, string method, string expected) =>
        Assert.Equal(expected, MethodName.Of(type, method).Function);

    [Theory]
    [InlineData("stub<1> GenerateLookupStub<VSD>")]
    [InlineData("stub ReportStubBlock<Unknown>")]
    [InlineData("void [System.Private.CoreLib] dynamicClass::IL_STUB_PInvoke(int32)[Optimized]")]
    [InlineData("object [System.Private.CoreLib] dynamicClass::InvokeStub_EventSourceAttribute.set_Name(object,object)[Optimized]")]
    public void What_the_runtime_made_for_itself_is_a_stub(string text) => Assert.Equal(FrameKind.Stub, MethodName.Parse(text).Kind);

    [Fact]
    public void No_text_makes_it_throw_or_lose_its_bound()
    {
        var random = new Random(1);
        const string letters = "<>[]|+/`:.() dgb_ MoveNext$0129, App";
        for (int round = 0; round < 200_000; round++)
        {
            var text = new char[random.Next(40)];
            for (int i = 0; i < text.Length; i++)
                text[i] = letters[random.Next(letters.Length)];
            Assert.InRange(MethodName.Parse(new string(text)).Function.Length, 0, 40 * 3);
        }
    }
}
