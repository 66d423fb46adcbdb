// A department joins: it submits a matter for itself, reports progress on it, and hears what was refused.
//
//     npm install amqplib
//     AMQP_URL=amqps://slj:PASSWORD@broker.example.org:5671/duban UNIT=SLJ node department.mjs

import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import amqp from 'amqplib'

const { AMQP_URL, UNIT, WAIT = '5' } = process.env
const account = decodeURIComponent(new URL(AMQP_URL).username) // the queue of the account has the same name

// A CloudEvent. Send the same event again, with the same id, whenever you are not sure that it arrived.
const event = (type, data) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: `/units/${UNIT}`,
  type,
  time: new Date().toISOString(), // when it happened; limits are counted by this
  datacontenttype: 'application/json',
  data,
})

const connection = await amqp.connect(AMQP_URL)
const channel = await connection.createConfirmChannel()
const send = found =>
  channel.publish('duban.inbound', `${UNIT}.${found.type}`, Buffer.from(JSON.stringify(found)), {
    contentType: 'application/cloudevents+json',
    deliveryMode: 2,
    messageId: found.id,
    type: found.type,
    userId: account,
    mandatory: true,
  })

const reference = `${UNIT}-${Date.now()}` // your own number of the matter
send(event('matter.submitted.v1', {
  external_ref: reference,
  title: '接入测试：台账报送',
  source: { type: 'DOCUMENT', number: '测试1号', issuer: '本单位' },
  standard: '按时报送台账',
  assignments: [{ unit: UNIT, role: 'LEAD', deliverable: '台账一份', limit: { amount: 10, unit: 'WORKDAY' } }],
}))
send(event('progress.reported.v1', { matter: reference, unit: UNIT, percent: 30, text: '已收集一半科室的数据' }))
await channel.waitForConfirms() // the broker has both safe on disk
console.log(`sent: ${reference}`)

await channel.consume(account, message => {
  const { code, detail, errors } = JSON.parse(message.content).data // the fields at fault are JSON pointers
  console.log(`refused: ${code}: ${detail} ${JSON.stringify(errors)}`)
  channel.ack(message)
})
await wait(Number(WAIT) * 1000)
await connection.close()
