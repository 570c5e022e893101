// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Collections;
using CloseWait.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Contract.Tests.Messages;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>
/// The generator is newer than the runtime that its code runs on, which is outside upstream's promise. So every message
/// type of the API, with every field filled, goes through each encoding and must come back the same.
/// </summary>
public sealed class MessageRoundTripTests
{
    private static readonly FileDescriptor[] Files =
    [
        EventReflection.Descriptor,
        TracerServiceReflection.Descriptor,
        Grpc.Reflection.V1.ReflectionReflection.Descriptor,
        Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor,
        Grpc.Health.V1.HealthReflection.Descriptor,
    ];

    private static readonly Dictionary<string, MessageDescriptor> Types = Files
        .SelectMany(file => file.MessageTypes).SelectMany(WithNested).ToDictionary(type => type.FullName);

    public static TheoryData<string> TypeNames { get; } = [.. Types.Keys];

    [Theory, MemberData(nameof(TypeNames))]
    public void Binary_form_comes_back_the_same(string typeName)
    {
        foreach (IMessage message in Variants(typeName))
        {
            byte[] bytes = message.ToByteArray();

            Assert.Equal(message.CalculateSize(), bytes.Length);
            Assert.Equal(message, message.Descriptor.Parser.ParseFrom(bytes));
        }
    }

    [Theory, MemberData(nameof(TypeNames))]
    public void Binary_form_comes_back_the_same_through_the_buffers_of_grpc(string typeName)
    {
        foreach (IMessage message in Variants(typeName))
        {
            var buffer = new ArrayBufferWriter<byte>();
            message.WriteTo(buffer);

            // Every byte a segment of its own: values are cut wherever they can be.
            Assert.Equal(message, message.Descriptor.Parser.ParseFrom(ByteSegment.Split(buffer.WrittenSpan)));
        }
    }

    [Theory, MemberData(nameof(TypeNames))]
    public void Json_form_comes_back_the_same(string typeName)
    {
        foreach (IMessage message in Variants(typeName))
            Assert.Equal(message, JsonParser.Default.Parse(JsonFormatter.Default.Format(message), message.Descriptor));
    }

    [Theory, MemberData(nameof(TypeNames))]
    public async Task Protoc_reads_and_writes_the_same_bytes(string typeName)
    {
        IMessage message = Variants(typeName).First();
        MessageDescriptor type = message.Descriptor;

        byte[] bytes = await ProtocDecoder.ThereAndBackAsync(
            type.FullName, type.File.Name, message.ToByteArray(), TestDeadline.Token);

        Assert.Equal(message, type.Parser.ParseFrom(bytes));
    }

    [Theory, MemberData(nameof(TypeNames))]
    public void Variants_leave_no_field_unset(string typeName)
    {
        HashSet<string> set = [.. Variants(typeName).SelectMany(SetFields)];

        Assert.Equal(
            Types[typeName].Fields.InDeclarationOrder().Select(field => field.Name).Order(),
            set.Order());
    }

    [Theory, MemberData(nameof(TypeNames))]
    public void Message_cut_short_is_refused_and_nothing_else_happens(string typeName)
    {
        byte[] bytes = Variants(typeName).First().ToByteArray();
        MessageParser parser = Types[typeName].Parser;
        for (int length = 0; length < Math.Min(bytes.Length, 2000); length++)
        {
            try
            {
                // A cut between two fields is a shorter, valid message.
                Assert.True(parser.ParseFrom(bytes, 0, length).CalculateSize() <= length);
            }
            catch (InvalidProtocolBufferException)
            {
                // The only exception there may be.
            }
        }
    }

    private static IEnumerable<IMessage> Variants(string typeName)
    {
        MessageDescriptor type = Types[typeName];
        return Enumerable.Range(0, MessageFiller.VariantsOf(type)).Select(variant => new MessageFiller(variant).Create(type));
    }

    private static IEnumerable<string> SetFields(IMessage message) =>
        from field in message.Descriptor.Fields.InDeclarationOrder()
        let value = field.Accessor.GetValue(message)
        let unset = field.Accessor.GetValue(message.Descriptor.Parser.ParseFrom(ByteString.Empty))
        where field.RealContainingOneof is { } oneof
            ? oneof.Accessor.GetCaseFieldDescriptor(message) == field
            : value is IList list ? list.Count > 0 : !Equals(value, unset)
        select field.Name;

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor type) =>
        type.NestedTypes.SelectMany(WithNested).Prepend(type);
}
